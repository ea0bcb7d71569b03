"""Widgets that compute attention in the page: on the static site, in JupyterLab and in Binder."""

from attention.widgets.alignment_explorer import AlignmentExplorer
from attention.widgets.attention_explorer import AttentionExplorer
from attention.widgets.attention_picture import AttentionPicture
from attention.widgets.block_diagram import BlockDiagram
from attention.widgets.cache_calculator import CacheCalculator
from attention.widgets.cost_explorer import CostExplorer
from attention.widgets.decoder_step import DecoderStep
from attention.widgets.dot_product import DotProduct
from attention.widgets.downhill_ball import DownhillBall
from attention.widgets.encoder_decoder_machine import EncoderDecoderMachine
from attention.widgets.gpt_explorer import GPTExplorer
from attention.widgets.head_explorer import HeadExplorer
from attention.widgets.head_split import HeadSplit
from attention.widgets.line_fit import LineFit
from attention.widgets.mask_painter import MaskPainter
from attention.widgets.next_token import NextToken
from attention.widgets.norm_bars import NormBars
from attention.widgets.online_softmax import OnlineSoftmax
from attention.widgets.phase_change import PhaseChange
from attention.widgets.position_explorer import PositionExplorer
from attention.widgets.prefill_decode import PrefillDecode
from attention.widgets.quality_by_length import QualityByLength
from attention.widgets.query_arrow import QueryArrow
from attention.widgets.residual_stream import ResidualStream
from attention.widgets.rotary_clock import RotaryClock
from attention.widgets.scaling_explorer import ScalingExplorer
from attention.widgets.score_histogram import ScoreHistogram
from attention.widgets.shared_heads import SharedHeads
from attention.widgets.softmax_bars import SoftmaxBars
from attention.widgets.three_attentions import ThreeAttentions
from attention.widgets.translation_explorer import TranslationExplorer
from attention.widgets.window_cache import WindowCache

__all__ = [
    "AlignmentExplorer",
    "AttentionExplorer",
    "AttentionPicture",
    "BlockDiagram",
    "CacheCalculator",
    "CostExplorer",
    "DecoderStep",
    "DotProduct",
    "DownhillBall",
    "EncoderDecoderMachine",
    "GPTExplorer",
    "HeadExplorer",
    "HeadSplit",
    "LineFit",
    "MaskPainter",
    "NextToken",
    "NormBars",
    "OnlineSoftmax",
    "PhaseChange",
    "PositionExplorer",
    "PrefillDecode",
    "QualityByLength",
    "QueryArrow",
    "ResidualStream",
    "RotaryClock",
    "ScalingExplorer",
    "ScoreHistogram",
    "SharedHeads",
    "SoftmaxBars",
    "ThreeAttentions",
    "TranslationExplorer",
    "WindowCache",
]
