"""What a log says that the melody was, frame by frame: tokens of jam/token.go."""


def notes(lines):
    """The melody's notes as (frame, pitch, frames); report t holds the token of frame t-1, the end that of the last."""
    tokens = {}
    for line in lines:
        if line["type"] == "frame":
            tokens[line["frame"] - 1] = line["melody"]
        elif line["type"] == "end":
            tokens[max(tokens) + 1] = line["melody"]
    found = []
    for frame in sorted(t for t in tokens if t >= 0):
        token = tokens[frame]
        if 1 <= token <= 128:
            found.append([frame, token - 1, 1])
        elif 129 <= token <= 256:
            assert found[-1][1] == token - 129 and sum(found[-1][::2]) == frame
            found[-1][2] += 1
    return [tuple(note) for note in found]


def chords(lines):
    """The chords as (frame, symbol), where each is struck."""
    return [(line["frame"], line["symbol"]) for line in lines if line.get("began")]
