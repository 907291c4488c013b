#include <alsa/asoundlib.h>

// jamd_opened returns the handle that was opened last. A second call returns NULL.
snd_seq_t *jamd_opened(void);

// jamd_overruns counts how often the input queue of a client overran since it was opened.
unsigned long jamd_overruns(int client);

// jamd_peers writes the addresses (client << 8 | port) of the ports that send to the client's port (into != 0) or receive from
// it, at most room of them, and returns their number.
int jamd_peers(snd_seq_t *seq, int into, int *peers, int room);
