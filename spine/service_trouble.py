"""What stops the private services from starting, said so that the person at the terminal can act on it."""


class ServiceTrouble(Exception):
    """The private PostgreSQL or Redis cannot be had. `code` is stable; the sentences name the cause and the way out."""

    def __init__(self, code: str, *, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.sentence_zh = zh
        self.sentence_en = en

    def sentence(self, locale: str) -> str:
        return self.sentence_zh if locale.startswith("zh") else self.sentence_en
