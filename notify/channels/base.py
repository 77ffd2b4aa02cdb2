"""What a channel to the outside world is. Each lives in its own file and passes the same contract test."""

from typing import Protocol

from notify.delivery import Delivery


class SendFailure(Exception):
    """The channel did not take it. `retryable`: trying again later may help. The sentence holds no secrets."""

    def __init__(self, sentence: str, *, retryable: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retryable = retryable


class OutsideChannel(Protocol):
    @property
    def name(self) -> str: ...

    async def send(self, delivery: Delivery) -> None:
        """Hand one delivery over. Returns when the other side took it; raises SendFailure otherwise."""
        ...
