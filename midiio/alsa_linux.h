// alsa-lib is loaded when the first port is wanted, not when the program starts, so that jamd starts on a machine without it. RtMidi calls
// alsa-lib by name. alsa_linux.c and sequencer_linux.c define these names, and the linker option --as-needed leaves the library out.
#include <alsa/asoundlib.h>

// The functions that sequencer_linux.c extends.
#define JAMD_ALSA_EXTENDED(X) \
	X(int, snd_seq_open, (snd_seq_t **handle, const char *name, int streams, int mode), (handle, name, streams, mode)) \
	X(int, snd_seq_event_input_pending, (snd_seq_t *seq, int fetch_sequencer), (seq, fetch_sequencer)) \
	X(int, snd_seq_event_input, (snd_seq_t *handle, snd_seq_event_t **ev), (handle, ev))

// The functions that are passed on as they are. If a new RtMidi needs one that is not here, jamd is linked with the library again, and
// TestAlsaIsLoadedLate fails.
#define JAMD_ALSA_PASSED_ON(X) \
	X(long, snd_midi_event_decode, (snd_midi_event_t *dev, unsigned char *buf, long count, const snd_seq_event_t *ev), (dev, buf, count, ev)) \
	X(long, snd_midi_event_encode, (snd_midi_event_t *dev, const unsigned char *buf, long count, snd_seq_event_t *ev), (dev, buf, count, ev)) \
	X(void, snd_midi_event_free, (snd_midi_event_t *dev), (dev)) \
	X(void, snd_midi_event_init, (snd_midi_event_t *dev), (dev)) \
	X(int, snd_midi_event_new, (size_t bufsize, snd_midi_event_t **rdev), (bufsize, rdev)) \
	X(void, snd_midi_event_no_status, (snd_midi_event_t *dev, int on), (dev, on)) \
	X(int, snd_midi_event_resize_buffer, (snd_midi_event_t *dev, size_t bufsize), (dev, bufsize)) \
	X(int, snd_seq_alloc_named_queue, (snd_seq_t *seq, const char *name), (seq, name)) \
	X(int, snd_seq_client_id, (snd_seq_t *handle), (handle)) \
	X(int, snd_seq_client_info_get_client, (const snd_seq_client_info_t *info), (info)) \
	X(const char *, snd_seq_client_info_get_name, (snd_seq_client_info_t *info), (info)) \
	X(void, snd_seq_client_info_set_client, (snd_seq_client_info_t *info, int client), (info, client)) \
	X(size_t, snd_seq_client_info_sizeof, (void), ()) \
	X(int, snd_seq_close, (snd_seq_t *handle), (handle)) \
	X(int, snd_seq_control_queue, (snd_seq_t *seq, int q, int type, int value, snd_seq_event_t *ev), (seq, q, type, value, ev)) \
	X(int, snd_seq_create_port, (snd_seq_t *handle, snd_seq_port_info_t *info), (handle, info)) \
	X(int, snd_seq_create_simple_port, (snd_seq_t *seq, const char *name, unsigned int caps, unsigned int type), (seq, name, caps, type)) \
	X(int, snd_seq_delete_port, (snd_seq_t *handle, int port), (handle, port)) \
	X(int, snd_seq_drain_output, (snd_seq_t *handle), (handle)) \
	X(int, snd_seq_event_output, (snd_seq_t *handle, snd_seq_event_t *ev), (handle, ev)) \
	X(int, snd_seq_free_event, (snd_seq_event_t *ev), (ev)) \
	X(int, snd_seq_free_queue, (snd_seq_t *handle, int q), (handle, q)) \
	X(int, snd_seq_get_any_client_info, (snd_seq_t *handle, int client, snd_seq_client_info_t *info), (handle, client, info)) \
	X(int, snd_seq_get_port_info, (snd_seq_t *handle, int port, snd_seq_port_info_t *info), (handle, port, info)) \
	X(int, snd_seq_poll_descriptors, (snd_seq_t *handle, struct pollfd *pfds, unsigned int space, short events), (handle, pfds, space, events)) \
	X(int, snd_seq_poll_descriptors_count, (snd_seq_t *handle, short events), (handle, events)) \
	X(unsigned int, snd_seq_port_info_get_capability, (const snd_seq_port_info_t *info), (info)) \
	X(int, snd_seq_port_info_get_client, (const snd_seq_port_info_t *info), (info)) \
	X(const char *, snd_seq_port_info_get_name, (const snd_seq_port_info_t *info), (info)) \
	X(int, snd_seq_port_info_get_port, (const snd_seq_port_info_t *info), (info)) \
	X(unsigned int, snd_seq_port_info_get_type, (const snd_seq_port_info_t *info), (info)) \
	X(void, snd_seq_port_info_set_capability, (snd_seq_port_info_t *info, unsigned int capability), (info, capability)) \
	X(void, snd_seq_port_info_set_client, (snd_seq_port_info_t *info, int client), (info, client)) \
	X(void, snd_seq_port_info_set_midi_channels, (snd_seq_port_info_t *info, int channels), (info, channels)) \
	X(void, snd_seq_port_info_set_name, (snd_seq_port_info_t *info, const char *name), (info, name)) \
	X(void, snd_seq_port_info_set_port, (snd_seq_port_info_t *info, int port), (info, port)) \
	X(void, snd_seq_port_info_set_timestamp_queue, (snd_seq_port_info_t *info, int queue), (info, queue)) \
	X(void, snd_seq_port_info_set_timestamp_real, (snd_seq_port_info_t *info, int realtime), (info, realtime)) \
	X(void, snd_seq_port_info_set_timestamping, (snd_seq_port_info_t *info, int enable), (info, enable)) \
	X(void, snd_seq_port_info_set_type, (snd_seq_port_info_t *info, unsigned int type), (info, type)) \
	X(size_t, snd_seq_port_info_sizeof, (void), ()) \
	X(void, snd_seq_port_subscribe_free, (snd_seq_port_subscribe_t *ptr), (ptr)) \
	X(int, snd_seq_port_subscribe_malloc, (snd_seq_port_subscribe_t **ptr), (ptr)) \
	X(void, snd_seq_port_subscribe_set_dest, (snd_seq_port_subscribe_t *info, const snd_seq_addr_t *addr), (info, addr)) \
	X(void, snd_seq_port_subscribe_set_sender, (snd_seq_port_subscribe_t *info, const snd_seq_addr_t *addr), (info, addr)) \
	X(void, snd_seq_port_subscribe_set_time_real, (snd_seq_port_subscribe_t *info, int val), (info, val)) \
	X(void, snd_seq_port_subscribe_set_time_update, (snd_seq_port_subscribe_t *info, int val), (info, val)) \
	X(int, snd_seq_query_next_client, (snd_seq_t *handle, snd_seq_client_info_t *info), (handle, info)) \
	X(int, snd_seq_query_next_port, (snd_seq_t *handle, snd_seq_port_info_t *info), (handle, info)) \
	X(int, snd_seq_query_port_subscribers, (snd_seq_t *seq, snd_seq_query_subscribe_t *subs), (seq, subs)) \
	X(const snd_seq_addr_t *, snd_seq_query_subscribe_get_addr, (const snd_seq_query_subscribe_t *info), (info)) \
	X(void, snd_seq_query_subscribe_set_index, (snd_seq_query_subscribe_t *info, int _index), (info, _index)) \
	X(void, snd_seq_query_subscribe_set_root, (snd_seq_query_subscribe_t *info, const snd_seq_addr_t *addr), (info, addr)) \
	X(void, snd_seq_query_subscribe_set_type, (snd_seq_query_subscribe_t *info, snd_seq_query_subs_type_t type), (info, type)) \
	X(size_t, snd_seq_query_subscribe_sizeof, (void), ()) \
	X(void, snd_seq_queue_tempo_set_ppq, (snd_seq_queue_tempo_t *info, int ppq), (info, ppq)) \
	X(void, snd_seq_queue_tempo_set_tempo, (snd_seq_queue_tempo_t *info, unsigned int tempo), (info, tempo)) \
	X(size_t, snd_seq_queue_tempo_sizeof, (void), ()) \
	X(int, snd_seq_set_client_name, (snd_seq_t *seq, const char *name), (seq, name)) \
	X(int, snd_seq_set_client_pool_input, (snd_seq_t *seq, size_t size), (seq, size)) \
	X(int, snd_seq_set_port_info, (snd_seq_t *handle, int port, snd_seq_port_info_t *info), (handle, port, info)) \
	X(int, snd_seq_set_queue_tempo, (snd_seq_t *handle, int q, snd_seq_queue_tempo_t *tempo), (handle, q, tempo)) \
	X(int, snd_seq_subscribe_port, (snd_seq_t *handle, snd_seq_port_subscribe_t *sub), (handle, sub)) \
	X(int, snd_seq_unsubscribe_port, (snd_seq_t *handle, snd_seq_port_subscribe_t *sub), (handle, sub))

// jamd_alsa holds alsa-lib's own functions, once jamd_load_alsa has succeeded.
#define JAMD_POINTER(type, name, parameters, arguments) type(*name) parameters;
extern struct jamd_alsa {
	JAMD_ALSA_EXTENDED(JAMD_POINTER)
	JAMD_ALSA_PASSED_ON(JAMD_POINTER)
} jamd_alsa;

// jamd_load_alsa loads alsa-lib from the file of this name, unless it is loaded. It returns false if the file is missing or lacks a
// function. One thread at a time may call it.
_Bool jamd_load_alsa(const char *name);
