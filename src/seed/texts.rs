//! Texts made of a few words; the same number always gives the same text.

const WORDS: [&str; 48] = [
    "harbour",
    "council",
    "tram",
    "evening",
    "river",
    "budget",
    "school",
    "bridge",
    "market",
    "weather",
    "garden",
    "minister",
    "reports",
    "opened",
    "yesterday",
    "between",
    "several",
    "neighbours",
    "against",
    "proposal",
    "quietly",
    "because",
    "remains",
    "without",
    "north",
    "railway",
    "library",
    "question",
    "decided",
    "promised",
    "winter",
    "station",
    "engineers",
    "during",
    "festival",
    "the",
    "of",
    "and",
    "in",
    "a",
    "to",
    "is",
    "that",
    "for",
    "with",
    "on",
    "was",
    "from",
];
/// The number of words in a paragraph.
const PARAGRAPH: usize = 78;

/// A source of texts.
pub(super) struct Texts(u64);

impl Texts {
    /// Returns the source of texts for a number.
    pub(super) fn of(number: u32) -> Self {
        Self(u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn word(&mut self) -> &'static str {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 33) % 48).ok().and_then(|index| WORDS.get(index)).copied().unwrap_or("and")
    }

    fn words(&mut self, number: usize) -> String {
        let words: Vec<&str> = (0..number).map(|_| self.word()).collect();
        let mut text = words.join(" ");
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text
    }

    /// Returns a headline.
    pub(super) fn title(&mut self) -> String {
        self.words(7)
    }

    /// Returns a sentence.
    pub(super) fn sentence(&mut self) -> String {
        format!("{}.", self.words(14))
    }

    /// Returns the text of an article in Markdown, about 3 KB, with an image.
    pub(super) fn body(&mut self, picture: &str) -> String {
        let mut parts = vec![self.paragraph(), self.paragraph(), format!("## {}", self.words(4)), self.paragraph()];
        parts.push(format!("![{}](image:{picture} \"{}\")", self.words(5), self.words(9)));
        parts.push(format!("- {}\n- **{}**\n- [{}](https://example.org/)", self.words(6), self.words(4), self.words(3)));
        parts.extend([self.paragraph(), format!("## {}", self.words(4)), format!("> {}", self.sentence()), self.paragraph()]);
        parts.join("\n\n")
    }

    fn paragraph(&mut self) -> String {
        format!("{}. *{}*.", self.words(PARAGRAPH), self.words(5))
    }
}
