// This file extends three functions of alsa-lib that RtMidi calls. RtMidi itself does not hand out ALSA's handle, leaves its queue at the
// default 200 cells, and does not report that the queue overran.
#include "sequencer_linux.h"
#include "alsa_linux.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

#define HIDDEN __attribute__((visibility("hidden"))) // alsa-lib itself goes on calling its own

static snd_seq_t *opened;
static atomic_ulong overruns[256]; // by client
static atomic_bool resets[256];    // by client: the next event is the reset

HIDDEN int snd_seq_open(snd_seq_t **seq, const char *name, int streams, int mode) {
	int result = jamd_alsa.snd_seq_open(seq, name, streams, mode);
	if (result >= 0) {
		if (streams & SND_SEQ_OPEN_INPUT)
			snd_seq_set_client_pool_input(*seq, 2000); // the kernel's maximum; if it refuses, 200 remain
		const int client = snd_seq_client_id(*seq) & 255;
		overruns[client] = 0;
		resets[client] = false;
		opened = *seq;
	}
	return result;
}

// An overrun reaches RtMidi as a system reset, a message of one byte.
static snd_seq_event_t reset = {.type = SND_SEQ_EVENT_RESET};

static int overran(snd_seq_t *seq, int result) {
	const int client = snd_seq_client_id(seq) & 255;
	if (result == -ENOSPC) {
		overruns[client]++;
		resets[client] = true;
	}
	return resets[client];
}

// RtMidi calls this first, and this call reads from the kernel.
HIDDEN int snd_seq_event_input_pending(snd_seq_t *seq, int fetch) {
	const int result = jamd_alsa.snd_seq_event_input_pending(seq, fetch);
	return overran(seq, result) ? 1 : result;
}

HIDDEN int snd_seq_event_input(snd_seq_t *seq, snd_seq_event_t **ev) {
	const int client = snd_seq_client_id(seq) & 255;
	if (!resets[client]) {
		const int result = jamd_alsa.snd_seq_event_input(seq, ev);
		if (!overran(seq, result))
			return result;
	}
	resets[client] = false;
	*ev = &reset;
	return 1;
}

snd_seq_t *jamd_opened(void) {
	snd_seq_t *seq = opened;
	opened = NULL;
	return seq;
}

unsigned long jamd_overruns(int client) { return overruns[client & 255]; }

int jamd_peers(snd_seq_t *seq, int into, int *peers, int room) {
	snd_seq_query_subscribe_t *query;
	snd_seq_query_subscribe_alloca(&query);
	const snd_seq_addr_t own = {.client = snd_seq_client_id(seq), .port = 0}; // RtMidi's clients have one port
	int n = 0;
	for (; n < room; n++) {
		snd_seq_query_subscribe_set_root(query, &own);
		snd_seq_query_subscribe_set_type(query, into ? SND_SEQ_QUERY_SUBS_WRITE : SND_SEQ_QUERY_SUBS_READ);
		snd_seq_query_subscribe_set_index(query, n);
		if (snd_seq_query_port_subscribers(seq, query) < 0)
			break;
		const snd_seq_addr_t *peer = snd_seq_query_subscribe_get_addr(query);
		peers[n] = peer->client << 8 | peer->port;
	}
	return n;
}
