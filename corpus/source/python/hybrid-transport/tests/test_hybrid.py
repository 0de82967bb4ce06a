from transport.hybrid import Initiator, respond


def test_both_sides_agree():
    initiator = Initiator()
    answer, key = respond(initiator.hello())
    assert initiator.finish(answer) == key
