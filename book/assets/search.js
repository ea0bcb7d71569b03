// On the search page, after Sphinx's own script: sections are found, not only pages, and quoted from small scripts, one
// a page (book/extension/search_texts.py), since a page that is opened from a folder may not fetch another.
(() => {
  "use strict";
  /** @typedef {{ page: string, title: string, id: string, heading: string, words: string, length: number,
   *    counts: Map<string, number>, inHeading: Set<string>, inTitle: Set<string> }} Part */

  const root = document.documentElement.dataset.content_root || "./";
  const sphinx = /** @type {any} */ (window);
  const SHOWN = 30;
  // Words that a question has and an answer need not have.
  const ASKING =
    "can do does did how i its me my our should so than what when where which who why would you your we".split(" ");
  // Abbreviations, and what the book writes for them.
  /** @type {Record<string, string>} */
  const SHORT = {
    rope: "rotary positions",
    mha: "multi-head attention",
    mqa: "multi-query attention",
    gqa: "grouped-query attention",
    mla: "multi-head latent attention",
    swa: "sliding window",
    rnn: "recurrent network",
    ffn: "feed-forward network",
  };

  const stemmer = new sphinx.Stemmer();
  /** @type {Map<string, string>} */
  const stems = new Map();

  /** @param {string} word */
  function stem(word) {
    let found = stems.get(word);
    if (found === undefined) stems.set(word, (found = String(stemmer.stemWord(word))));
    return found;
  }

  /** The stems of a text's words. @param {string} text @returns {string[]} */
  function split(text) {
    return sphinx.splitQuery(text.toLowerCase()).map(stem);
  }

  /** The words of a query that tell one text from another. @param {string} query @returns {string[]} */
  function telling(query) {
    /** @type {string[]} */
    const all = sphinx.splitQuery(query.toLowerCase());
    const some = all.filter((word) => !sphinx.stopwords.includes(word) && !ASKING.includes(word));
    return [...new Set(some.length ? some : all)];
  }

  /** @type {Record<string, (parts: [string, string, string][]) => void>} */
  const waiting = {};
  sphinx.BookText = (/** @type {string} */ name, /** @type {[string, string, string][]} */ parts) =>
    waiting[name](parts);

  /** @param {string} name @returns {Promise<Part[]>} */
  function load(name) {
    return new Promise((resolve) => {
      waiting[name] = (parts) => {
        const title = parts.length ? parts[0][1] : name;
        const inTitle = new Set(split(title));
        resolve(
          parts.map(([id, heading, words]) => {
            const counts = new Map();
            const all = split(words);
            for (const word of all) counts.set(word, (counts.get(word) || 0) + 1);
            // Of a function's name the last part: the others are its folders.
            const inHeading = new Set(split(heading.replace(/^attention\.(.*\.)?/, "")));
            return { page: name, title, id, heading, words, length: all.length, counts, inHeading, inTitle };
          }),
        );
      };
      const script = document.createElement("script");
      script.src = `${root}_static/texts/${name}.js`;
      script.onerror = () => resolve([]);
      document.head.append(script);
    });
  }

  /** @type {Promise<Part[]> | undefined} */
  let everything;

  /**
   * For each word that is asked for, the stems that may stand for it, and how well each does.
   * @param {string[]} asked @param {Set<string>} vocabulary
   */
  function meant(asked, vocabulary) {
    const pairs = asked.flatMap((word) =>
      Object.hasOwn(SHORT, word) ? telling(SHORT[word]).map((long) => [long, word]) : [[word, word]],
    );
    const words = pairs.map(([word]) => word);
    return pairs.map(([word, short], place) => {
      /** @type {Map<string, number>} */
      const group = new Map([
        [stem(word), 1],
        [stem(short), 1],
      ]);
      // Two words that the book writes as one.
      for (const pair of [words.slice(place - 1, place + 1), words.slice(place, place + 2)]) {
        const joined = stem(pair.join(""));
        if (pair.length === 2 && vocabulary.has(joined)) group.set(joined, 1);
      }
      if (word.length > 2 && ![...group.keys()].some((one) => vocabulary.has(one))) {
        for (const one of vocabulary) if (one.includes(stem(word))) group.set(one, 0.5);
      }
      return group;
    });
  }

  /**
   * The parts of the book that answer a query, the best first: BM25, and what stands in headings counts more.
   * @param {Part[]} parts @param {string} query
   */
  function rank(parts, query) {
    const words = telling(query);
    const asked = words.map(stem).join(" ");
    const groups = meant(words, new Set(parts.flatMap((part) => [...part.counts.keys()])));
    const mean = parts.reduce((sum, part) => sum + part.length, 0) / parts.length;
    const weights = groups.map((group) => {
      const holding = parts.filter((part) => [...group.keys()].some((word) => part.counts.has(word))).length;
      return Math.log(1 + (parts.length - holding + 0.5) / (holding + 0.5));
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return parts
      .map((part) => {
        const long = 0.4 + 0.6 * (part.length / mean);
        let score = 0;
        let found = 0;
        groups.forEach((group, g) => {
          const here = [...group].filter(([word]) => part.counts.has(word));
          if (!here.length) return;
          const count = here.reduce((sum, [word, worth]) => sum + worth * (part.counts.get(word) || 0), 0);
          const heads = Math.max(...here.map(([word, worth]) => (part.inHeading.has(word) ? worth : 0)));
          const titles = Math.max(...here.map(([word, worth]) => (part.inTitle.has(word) ? worth : 0)));
          score += weights[g] * ((2.2 * count) / (count + 1.2 * long) + 1.2 * heads + 0.2 * titles);
          found += weights[g];
        });
        return { part, score: score * (found / total) ** 2 * standing(part, asked) };
      })
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
  }

  /** What a place is worth by its kind: what explains before what lists, and what has the very name first. */
  function standing(/** @type {Part} */ part, /** @type {string} */ asked) {
    const named = [...part.inHeading].join(" ") === asked;
    // Of the reference and the sources, only what is asked for as it is written in code.
    if (/reference/.test(part.page))
      return named && /_|[a-z][A-Z]/.test(part.heading.split(".").at(-1) || "") ? 9 : 0.4;
    if (named) return 2;
    return /exercise|solution|further reading/i.test(part.heading) ? 0.6 : 1;
  }

  /** Up to 240 letters around the first of the words. @param {Part} part @param {string[]} words */
  function quote(part, words) {
    const rest = part.words.startsWith(part.heading) ? part.words.slice(part.heading.length).trim() : part.words;
    // The heading is left out, unless it alone holds the words.
    const text = words.some((word) => rest.toLowerCase().includes(word)) ? rest : part.words;
    const lower = text.toLowerCase();
    const at = Math.min(...words.map((word) => lower.indexOf(word)).filter((place) => place >= 0), Infinity);
    const start = at === Infinity || at < 120 ? 0 : text.indexOf(" ", at - 120) + 1;
    const piece = text.slice(start, start + 240);
    return (start ? "… " : "") + (start + 240 < text.length ? `${piece.replace(/\s\S*$/, "")} …` : piece);
  }

  /** @param {Part} part @param {string[]} words */
  function listed(part, words) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `${root}${part.page}.html${part.heading === part.title ? "" : `#${encodeURIComponent(part.id)}`}`;
    link.textContent = part.heading || part.title;
    item.append(link);
    if (part.heading !== part.title) {
      const where = document.createElement("span");
      where.className = "book-where";
      where.textContent = part.title;
      item.append(" ", where);
    }
    const context = document.createElement("p");
    context.className = "context";
    context.append(...marked(quote(part, words), words));
    item.append(context);
    return item;
  }

  /** The text, its words that were asked for marked. @param {string} text @param {string[]} words */
  function marked(text, words) {
    const pattern = new RegExp(
      `(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`,
      "giu",
    );
    return text.split(pattern).map((piece, place) => {
      if (place % 2 === 0) return piece;
      const mark = document.createElement("span");
      mark.className = "highlighted";
      mark.textContent = piece;
      return mark;
    });
  }

  /** Called by Sphinx when its index is there. */
  async function answer(/** @type {any} */ search, /** @type {string} */ query) {
    everything ??= Promise.all(search._index.docnames.map(load)).then((pages) => pages.flat());
    const words = telling(query);
    const found = rank(await everything, query).slice(0, SHOWN);
    localStorage.setItem("sphinx_highlight_terms", words.join(" "));
    search.stopPulse();
    search.title.textContent = "Search results";
    search.status.textContent = found.length
      ? `${found.length === SHOWN ? "The best " : ""}${found.length} place${found.length === 1 ? "" : "s"} for “${query}”.`
      : `Nothing in the book has these words: “${query}”. Is each of them spelled as you mean it?`;
    search.output.append(...found.map(({ part }) => listed(part, words)));
  }

  // @ts-expect-error Sphinx's searchtools.js declares it, as a constant of the page.
  const search = Search;
  search.query = (/** @type {string} */ query) => void answer(search, query);
})();
