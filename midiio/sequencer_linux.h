#include <alsa/asoundlib.h>

// jamd_opened is the handle that was opened last, and then NULL.
snd_seq_t *jamd_opened(void);

// jamd_overruns counts how often the input queue of a client overran since it was opened.
unsigned long jamd_overruns(int client);

// jamd_peers writes the addresses (client << 8 | port) that send into the client's port, or that receive from it, and returns
// their number.
int jamd_peers(snd_seq_t *seq, int into, int *peers, int room);
