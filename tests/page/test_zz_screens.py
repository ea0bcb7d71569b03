import pytest
from screens import RESULT_IN_THE_MIDDLE
from widget_table import TABLE
@pytest.mark.parametrize("theme", ["light","dark"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_m(open_page, row, theme):
    shown=row.make()
    page = open_page(shown.model_id, models=[shown], width=390, touch=True, theme=theme)
    page.set_viewport_size({"width":390,"height":844})
    page.add_style_tag(content="body { padding: 900px 0 !important } html{--afm-top:0px}")
    page.locator(row.view).screenshot(path=f"/tmp/w/png/{row.name}-{theme}-whole.png") if theme=="light" else None
    page.locator(row.view).evaluate(RESULT_IN_THE_MIDDLE, row.slider)
    page.screenshot(path=f"/tmp/w/png/{row.name}-{theme}-middle.png")
def test_lit(open_page):
    from attention.widgets import AttentionPicture
    for w in (330,390,560,700,760,900):
        shown=AttentionPicture(part="weights", here="mask")
        page=open_page(shown.model_id, models=[shown], width=w)
        page.locator(".afm-path").screenshot(path=f"/tmp/w/png/lit-{w}.png")
        print(w, page.evaluate("""()=>[...document.querySelectorAll('.afm-face')].map(f=>{const n=f.querySelector('.afm-part-name'); n.style.fontWeight=700; const r=document.createRange(); r.selectNodeContents(n); const a=f.getBoundingClientRect(), b=r.getBoundingClientRect(); return n.textContent+' '+(b.left-a.left).toFixed(1)+' '+(a.right-b.right).toFixed(1)+' '+(a.bottom-b.bottom).toFixed(1)}).join(' | ')"""))
