/* The load client: thousands of websockets (or HTTP connections) in one thread, so that it is never what is
 * measured; every answer tells its own CPU time.
 *
 *   load --port P --connections N [--path /x] [--origin O] [--protocol dialog.v1] [--tickets FILE] [--hello]
 *        [--questions Q] [--header "Name: value"] [--http [--etags]]
 *
 * With --etags it asks for a page as a browser does that has it: with the ETag of the last answer.
 * A line of the tickets file is a cookie's value, a tab and a page token; connection i takes line i. With
 * --hello it speaks dialog.v1, otherwise it only counts frames. Commands come on standard input, one a line,
 * each is answered by one line of JSON:
 *
 *   connect HANDS          connect all, at most HANDS at once, until every one is live
 *   resume HANDS STALE     connect all again with epoch and number; every STALE-th with its first number (0: none)
 *   watch SECONDS          count what arrives
 *   tap SECONDS RATE EVERY the same, while RATE upvotes a second are given, by all connections in turn; those of
 *                          EVERY ms at once (0: evenly)
 *   loop SECONDS K M       the first M connections keep K upvotes outstanding each
 *   settle SECONDS         until nothing is outstanding and every connection has the same number
 *   lost SECONDS           until the server has closed every connection
 *   save FILE              what the first connection got last as a delta, as it came
 *   questions Q            from now on upvotes go to the first Q questions only
 *   get SECONDS            HTTP: every connection asks again as soon as it is answered
 *
 * An upvote is absolute. A connection goes through all Q questions with "on", then through all with "off", so
 * that every one changes something and the intents of one question are far apart.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum state { IDLE, GREETING, WELCOMED, CATCHING, LIVE, GONE };
enum { PREFIX = 256, RING = 64, READ = 1 << 18, SLOT_US = 250, SLOTS = 80000 };

typedef struct {
  int fd;
  enum state state;
  /* the frame under way */
  unsigned char head[14];
  int head_have, head_need, opcode, final;
  uint64_t left, length;
  int kept;
  char prefix[PREFIX];
  /* the answer to the handshake, or over HTTP the head of a response */
  char *text;
  int text_have;
  /* dialog.v1 */
  char epoch[20], etag[80];
  long seq, first, goal;
  int64_t began, live;
  /* upvotes */
  uint32_t given, answered;
  int64_t sent[RING];
} conn;

typedef struct { long from, to; int64_t at; } seen;
typedef struct { long seq; int64_t at; } tap;

static int port, count, questions = 200, hello, etags;
static const char *path = "/", *origin, *protocol, *header = "";
static char **cookies, **pages;
static conn *all;
static int loop_fd;
static char shared[READ];
/* the frame that the first connection is getting, and the last delta it got */
static char *save, *saved;
static uint64_t save_have, save_size, saved_have;

static struct {
  long messages, bytes, deltas, snapshots, heartbeats, mine, done, refused, gaps, lost, pings, given, other;
  long answers, not_modified, failed;
} n;
static char refusal[200];
static int outstanding_each, loopers, live_count, gone_count;
static seen *seens;
static size_t seens_have, seens_size;
static tap *taps;
static size_t taps_have, taps_size;
static uint32_t *acks; /* a histogram of SLOT_US */
static int recording;

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t wall_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static double cpu_s(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void die(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void *grow(void *old, size_t have, size_t *size, size_t each) {
  if (have < *size) return old;
  *size = *size ? *size * 2 : 1 << 16;
  void *made = realloc(old, *size * each);
  if (!made) die("memory");
  return made;
}

static void note(uint32_t *histogram, int64_t ns, uint32_t times) {
  int64_t slot = ns < 0 ? 0 : ns / (SLOT_US * 1000);
  histogram[slot < SLOTS ? slot : SLOTS - 1] += times;
}

static double at_share(const uint32_t *histogram, double share) {
  uint64_t total = 0, passed = 0;
  for (int i = 0; i < SLOTS; i++) total += histogram[i];
  for (int i = 0; i < SLOTS; i++) {
    passed += histogram[i];
    if (total && (double)passed >= share * (double)total) return (i + 0.5) * SLOT_US / 1000.0;
  }
  return -1;
}

/* ---------------------------------------------------------------------------------------- sending */

static void gone(conn *c) {
  if (c->state == GONE) return;
  if (c->state == LIVE) live_count--;
  c->state = GONE;
  gone_count++;
  n.lost++;
  close(c->fd);
}

static void put(conn *c, const char *data, size_t length) {
  while (length && c->state != GONE) {
    ssize_t went = send(c->fd, data, length, MSG_NOSIGNAL);
    if (went > 0) {
      data += went, length -= (size_t)went;
    } else if (errno == EAGAIN) { /* it reads nothing: wait, and be measured as slow for it */
      struct pollfd one = {c->fd, POLLOUT, 0};
      if (poll(&one, 1, 10000) != 1) gone(c);
    } else {
      gone(c);
    }
  }
}

static size_t frame(char *out, int opcode, const char *payload, size_t length) {
  static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
  size_t head = 2;
  out[0] = (char)(0x80 | opcode);
  if (length < 126) {
    out[1] = (char)(0x80 | length);
  } else {
    out[1] = (char)(0x80 | 126);
    out[2] = (char)(length >> 8), out[3] = (char)length, head = 4;
  }
  memcpy(out + head, mask, 4);
  head += 4;
  for (size_t i = 0; i < length; i++) out[head + i] = (char)(payload[i] ^ (char)mask[i & 3]);
  return head + length;
}

static size_t upvote(conn *c, char *out) {
  char text[200];
  int i = (int)(c - all);
  uint32_t k = c->given++;
  int number = 1 + (int)((31u * (uint32_t)i + k) % (uint32_t)questions);
  const char *on = k / (uint32_t)questions % 2 ? "false" : "true";
  int length = snprintf(text, sizeof text,
      "{\"type\":\"command\",\"key\":\"%08x-%08x\",\"do\":\"upvote\",\"number\":%d,\"on\":%s,\"intent\":%lld}",
      i, k, number, on, (long long)wall_ms());
  c->sent[k % RING] = now_ns();
  n.given++;
  return frame(out, 1, text, (size_t)length);
}

static void refill(conn *c) {
  char out[RING * 256];
  size_t have = 0;
  while (c->state == LIVE && c->given - c->answered < (uint32_t)outstanding_each) have += upvote(c, out + have);
  put(c, out, have);
}

static void greet(conn *c) {
  char text[1400], out[1500];
  int i = (int)(c - all), length = snprintf(text, sizeof text, "{\"type\":\"hello\",\"stream\":\"floor\"");
  if (pages && pages[i][0]) length += snprintf(text + length, sizeof text - (size_t)length, ",\"page\":\"%s\"", pages[i]);
  if (c->goal)
    length += snprintf(text + length, sizeof text - (size_t)length, ",\"epoch\":\"%s\",\"seq\":%ld", c->epoch, c->goal);
  length += snprintf(text + length, sizeof text - (size_t)length, "}");
  put(c, out, frame(out, 1, text, (size_t)length));
}

static void request(conn *c) {
  char text[2400];
  int i = (int)(c - all);
  int length = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", path, port);
  if (hello < 0) {
    c->given++;
  } else {
    length += snprintf(text + length, sizeof text - (size_t)length,
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    if (origin) length += snprintf(text + length, sizeof text - (size_t)length, "Origin: %s\r\n", origin);
    if (protocol) length += snprintf(text + length, sizeof text - (size_t)length, "Sec-WebSocket-Protocol: %s\r\n", protocol);
  }
  if (cookies && cookies[i][0]) length += snprintf(text + length, sizeof text - (size_t)length, "Cookie: dialog=%s\r\n", cookies[i]);
  if (c->etag[0]) length += snprintf(text + length, sizeof text - (size_t)length, "If-None-Match: %s\r\n", c->etag);
  length += snprintf(text + length, sizeof text - (size_t)length, "%s\r\n", header);
  put(c, text, (size_t)length);
}

/* -------------------------------------------------------------------------------------- receiving */

static long number_after(const char *text, int length, const char *name) {
  const char *found = memmem(text, (size_t)length, name, strlen(name));
  return found ? strtol(found + strlen(name), NULL, 10) : -1;
}

static void came_alive(conn *c) {
  if (c->state == LIVE) return;
  c->state = LIVE;
  c->live = now_ns();
  live_count++;
}

static void saw(long from, long to) {
  if (!recording) return;
  seens = grow(seens, seens_have, &seens_size, sizeof *seens);
  seens[seens_have++] = (seen){from, to, now_ns()};
}

static void answered(conn *c, long seq) {
  uint32_t k = (uint32_t)strtoul(memchr(c->prefix + 15, '-', (size_t)c->kept - 15) + 1, NULL, 16);
  int64_t sent = c->sent[k % RING];
  c->answered++;
  if (!recording) return;
  note(acks, now_ns() - sent, 1);
  taps = grow(taps, taps_have, &taps_size, sizeof *taps);
  taps[taps_have++] = (tap){seq, sent};
}

static void told(conn *c) {
  const char *text = c->prefix;
  int length = c->kept;
  static const int at = 9; /* {"type":" */
  n.messages++;
  n.bytes += (long)c->length;
  if (!hello) {
    saw(0, length > 6 && !memcmp(text, "{\"at\":", 6) ? strtol(text + 6, NULL, 10) : 0);
    return;
  }
  if (length < at + 4) return;
  if (!memcmp(text + at, "delt", 4)) {
    long from = number_after(text, length, "\"from\":"), to = number_after(text, length, "\"to\":");
    n.deltas++;
    if (from != c->seq) n.gaps++;
    c->seq = to;
    if (c->state == CATCHING) came_alive(c);
    saw(from, to);
    if (c == all) memcpy(saved, save, saved_have = save_have);
  } else if (!memcmp(text + at, "done", 4)) {
    n.done++;
    answered(c, number_after(text, length, "\"seq\":"));
  } else if (!memcmp(text + at, "mine", 4)) {
    n.mine++;
  } else if (!memcmp(text + at, "hear", 4)) {
    n.heartbeats++;
  } else if (!memcmp(text + at, "snap", 4)) {
    n.snapshots++;
    c->seq = number_after(text, length, "\"seq\":");
    if (!c->first) c->first = c->seq;
    const char *epoch = memmem(text, (size_t)length, "\"epoch\":\"", 9);
    if (epoch) memcpy(c->epoch, epoch + 9, 16);
    if (c->state == CATCHING) came_alive(c);
  } else if (!memcmp(text + at, "welc", 4)) {
    long seq = number_after(text, length, "\"seq\":");
    const char *epoch = memmem(text, (size_t)length, "\"epoch\":\"", 9);
    int same = epoch && !memcmp(c->epoch, epoch + 9, 16);
    c->seq = c->goal;
    c->state = CATCHING;
    if (c->goal && same && seq == c->goal) came_alive(c);
  } else if (!memcmp(text + at, "refu", 4)) {
    n.refused++;
    c->answered++;
    snprintf(refusal, sizeof refusal, "%.*s", length < 190 ? length : 190, text);
  } else {
    n.other++;
  }
}

static void take_frames(conn *c, const char *data, size_t length) {
  while (length && c->state != GONE) {
    if (c->head_have < c->head_need) {
      c->head[c->head_have++] = (unsigned char)*data++;
      length--;
      if (c->head_have == 2) {
        int size = c->head[1] & 127;
        c->head_need = size == 126 ? 4 : size == 127 ? 10 : 2;
      }
      if (c->head_have < c->head_need) continue;
      int opcode = c->head[0] & 15;
      c->final = c->head[0] >> 7;
      uint64_t size = c->head[1] & 127;
      if (c->head_need > 2)
        for (int i = 2, end = c->head_need, first = 1; i < end; i++, first = 0) size = (first ? 0 : size << 8) | c->head[i];
      c->left = size;
      if (opcode) c->opcode = opcode, c->kept = 0, c->length = 0;
      c->length += size;
      if (c == all && opcode) save_have = 0;
    }
    size_t part = c->left < length ? (size_t)c->left : length;
    size_t keep = part < (size_t)(PREFIX - c->kept) ? part : (size_t)(PREFIX - c->kept);
    memcpy(c->prefix + c->kept, data, keep);
    c->kept += (int)keep;
    if (c == all && save_have + part <= save_size) memcpy(save + save_have, data, part), save_have += part;
    data += part, length -= part, c->left -= part;
    if (c->left) return;
    c->head_have = 0, c->head_need = 2;
    if (!c->final) continue;
    if (c->opcode == 1) {
      told(c);
    } else if (c->opcode == 9) {
      char out[160];
      n.pings++;
      put(c, out, frame(out, 10, c->prefix, c->kept < 126 ? (size_t)c->kept : 125));
    } else if (c->opcode == 8) {
      char out[16];
      put(c, out, frame(out, 8, c->prefix, 2));
      gone(c);
    }
  }
  if (outstanding_each && c - all < loopers) refill(c);
}

static void take_handshake(conn *c, const char *data, size_t length) {
  if (!c->text && !(c->text = malloc(8192))) die("memory");
  size_t part = length < (size_t)(8191 - c->text_have) ? length : (size_t)(8191 - c->text_have);
  memcpy(c->text + c->text_have, data, part);
  c->text_have += (int)part;
  c->text[c->text_have] = 0;
  char *end = strstr(c->text, "\r\n\r\n");
  if (!end) return;
  if (strncmp(c->text, "HTTP/1.1 101", 12)) {
    snprintf(refusal, sizeof refusal, "%.180s", c->text);
    for (char *p = refusal; *p; p++) if (*p == '\r' || *p == '\n' || *p == '"') *p = ' ';
    n.failed++;
    gone(c);
    return;
  }
  size_t head = (size_t)(end + 4 - c->text), before = (size_t)c->text_have - part;
  free(c->text);
  c->text = NULL, c->text_have = 0;
  c->head_have = 0, c->head_need = 2;
  if (hello) c->state = WELCOMED, greet(c);
  else came_alive(c);
  take_frames(c, data + (head - before), length - (head - before));
}

/* An answer over HTTP: its head whole, its body counted. */
static void take_answer(conn *c, const char *data, size_t length) {
  while (length && c->state != GONE) {
    if (!c->head_need) {
      if (!c->text && !(c->text = malloc(8192))) die("memory");
      size_t part = length < (size_t)(8191 - c->text_have) ? length : (size_t)(8191 - c->text_have);
      memcpy(c->text + c->text_have, data, part);
      c->text_have += (int)part;
      c->text[c->text_have] = 0;
      char *end = strstr(c->text, "\r\n\r\n");
      if (!end) return;
      size_t used = (size_t)(end + 4 - c->text) - ((size_t)c->text_have - part);
      data += used, length -= used;
      int status = atoi(c->text + 9);
      const char *size = strcasestr(c->text, "\r\ncontent-length:");
      c->left = size && status != 304 ? strtoull(size + 17, NULL, 10) : 0;
      if (status == 200 && !size) n.failed++;
      else if (status == 304) n.not_modified++;
      else if (status != 200) n.failed++;
      if (n.failed) snprintf(refusal, sizeof refusal, "status %d%s", status, size ? "" : ", no length");
      const char *tag = etags ? strcasestr(c->text, "\r\netag:") : NULL;
      if (tag) sscanf(tag + 7, " %79[^\r]", c->etag);
      c->head_need = 1;
    }
    size_t part = c->left < length ? (size_t)c->left : length;
    data += part, length -= part, c->left -= part;
    n.bytes += (long)part;
    if (c->left) return;
    c->head_need = 0, c->text_have = 0;
    n.answers++, c->answered++;
    if (recording) {
      note(acks, now_ns() - c->began, 1);
      c->began = now_ns();
      request(c);
    }
  }
  if (!c->left && c->head_need && c->state != GONE) { /* a body of nothing */
    c->head_need = 0, c->text_have = 0;
    n.answers++, c->answered++;
    if (recording) note(acks, now_ns() - c->began, 1), c->began = now_ns(), request(c);
  }
}

static void arrived(conn *c) {
  for (;;) {
    ssize_t got = recv(c->fd, shared, sizeof shared, 0);
    if (got <= 0) {
      if (got == 0 || errno != EAGAIN) gone(c);
      return;
    }
    if (hello < 0) take_answer(c, shared, (size_t)got);
    else if (c->state == GREETING) take_handshake(c, shared, (size_t)got);
    else take_frames(c, shared, (size_t)got);
    if (c->state == GONE || (size_t)got < sizeof shared) return;
  }
}

static void turn(int ms) {
  struct epoll_event events[512];
  int ready = epoll_wait(loop_fd, events, 512, ms);
  for (int i = 0; i < ready; i++) {
    conn *c = events[i].data.ptr;
    if (c->state != GONE) arrived(c);
  }
}

static void dial(conn *c) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int one = 1;
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0) die("socket");
  c->began = now_ns();
  c->state = GREETING, c->head_have = 0, c->head_need = hello < 0 ? 0 : 2, c->text_have = 0;
  if (connect(c->fd, (struct sockaddr *)&to, sizeof to)) { /* loopback: at once, or never */
    gone(c);
    return;
  }
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(loop_fd, EPOLL_CTL_ADD, c->fd, &event)) die("epoll_ctl");
  if (hello >= 0) request(c);
  else came_alive(c);
}

/* --------------------------------------------------------------------------------------- commands */

static int64_t begun;
static double cpu_begun;

static void begin(int record) {
  memset(&n, 0, sizeof n);
  memset(acks, 0, SLOTS * sizeof *acks);
  refusal[0] = 0;
  seens_have = taps_have = 0;
  recording = record;
  begun = now_ns();
  cpu_begun = cpu_s();
}

static int by_seq(const void *a, const void *b) {
  long x = ((const tap *)a)->seq, y = ((const tap *)b)->seq;
  return (x > y) - (x < y);
}

static int by_to(const void *a, const void *b) {
  const seen *x = a, *y = b;
  if (x->to != y->to) return (x->to > y->to) - (x->to < y->to);
  return (x->at > y->at) - (x->at < y->at);
}

static void percentiles(const char *name, const uint32_t *h) {
  printf(",\"%s\":{\"p50\":%.3f,\"p99\":%.3f}", name, at_share(h, 0.5), at_share(h, 0.99));
}

/* From a tap to every screen: each viewer's delta shows the upvotes whose number lies in it. */
static void screens(void) {
  uint32_t *h = calloc(SLOTS, sizeof *h), *spread = calloc(SLOTS, sizeof *spread);
  long ticks = 0, whole = 0;
  size_t low = 0, high = 0;
  qsort(taps, taps_have, sizeof *taps, by_seq);
  qsort(seens, seens_have, sizeof *seens, by_to);
  for (size_t i = 0; i < seens_have;) {
    size_t end = i;
    while (end < seens_have && seens[end].to == seens[i].to) end++;
    ticks++;
    whole += end - i == (size_t)live_count;
    for (; i < end; i++) {
      const seen *one = &seens[i];
      while (low < taps_have && taps[low].seq <= one->from) low++;
      while (low && taps[low - 1].seq > one->from) low--;
      high = low;
      while (high < taps_have && taps[high].seq <= one->to) high++;
      if (hello > 0) for (size_t t = low; t < high; t++) note(h, one->at - taps[t].at, 1);
      else if (one->to) note(h, one->at - one->to, 1);
    }
  }
  for (size_t i = 0; i < seens_have;) { /* from the first screen to each */
    size_t first = i;
    for (; i < seens_have && seens[i].to == seens[first].to; i++) note(spread, seens[i].at - seens[first].at, 1);
  }
  printf(",\"ticks\":%ld,\"whole_ticks\":%ld", ticks, whole);
  percentiles("screen_ms", h);
  percentiles("spread_ms", spread);
  free(h), free(spread);
}

static void finish(const char *command) {
  double seconds = (double)(now_ns() - begun) / 1e9, cpu = cpu_s() - cpu_begun;
  long low = -1, high = -1, open = 0;
  recording = 0;
  for (int i = 0; i < count; i++) {
    if (all[i].state != LIVE) continue;
    if (low < 0 || all[i].seq < low) low = all[i].seq;
    if (all[i].seq > high) high = all[i].seq;
    open += all[i].given - all[i].answered;
  }
  printf("{\"command\":\"%s\",\"seconds\":%.4f,\"cpu_s\":%.4f,\"connections\":%d,\"live\":%d", command, seconds, cpu, count, live_count);
  printf(",\"messages\":%ld,\"bytes\":%ld,\"deltas\":%ld,\"snapshots\":%ld,\"heartbeats\":%ld,\"mine\":%ld,\"pings\":%ld", n.messages, n.bytes, n.deltas, n.snapshots, n.heartbeats, n.mine, n.pings);
  printf(",\"given\":%ld,\"done\":%ld,\"refused\":%ld,\"outstanding\":%ld,\"gaps\":%ld,\"lost\":%ld,\"other\":%ld", n.given, n.done, n.refused, open, n.gaps, n.lost, n.other);
  printf(",\"answers\":%ld,\"not_modified\":%ld,\"failed\":%ld,\"seq\":[%ld,%ld]", n.answers, n.not_modified, n.failed, low, high);
  percentiles("answer_ms", acks);
  if (seens_have) screens();
  if (refusal[0]) {
    printf(",\"refusal\":\"");
    for (char *p = refusal; *p; p++) printf(*p == '"' || *p == '\\' ? "'" : "%c", *p);
    printf("\"");
  }
}

static void end_line(void) {
  printf("}\n");
  fflush(stdout);
}

static void connect_all(const char *command, int hands, int stale, int resume) {
  uint32_t *h = calloc(SLOTS, sizeof *h);
  int next = 0;
  int64_t limit;
  begin(0);
  limit = begun + 120000000000LL;
  live_count = gone_count = 0;
  for (int i = 0; i < count; i++) {
    conn *c = &all[i];
    if (c->state != IDLE && c->state != GONE) close(c->fd);
    c->state = IDLE;
    c->goal = !resume ? 0 : stale && i % stale == 0 ? c->first : c->seq;
    c->answered = c->given;
  }
  while (live_count + gone_count < count && now_ns() < limit) {
    while (next < count && next - live_count - gone_count < hands) dial(&all[next++]);
    turn(10);
  }
  for (int i = 0; i < count; i++) if (all[i].state == LIVE) note(h, all[i].live - all[i].began, 1);
  finish(command);
  percentiles("live_ms", h);
  end_line();
  free(h);
}

static void run_for(const char *command, double seconds, double rate, double every_ms) {
  begin(1);
  int64_t end = begun + (int64_t)(seconds * 1e9);
  static long cursor;
  long tapped = 0;
  for (int64_t now = begun; now < end; now = now_ns()) {
    double passed = (double)(now - begun) / 1e9;
    if (every_ms > 0) passed = (double)(long)(passed * 1000 / every_ms + 1) * every_ms / 1000;
    long due = (long)(passed * rate);
    while (tapped < due) {
      conn *c = &all[cursor++ % count];
      char out[256];
      tapped++;
      if (c->state == LIVE && c->given - c->answered < RING) put(c, out, upvote(c, out));
    }
    turn(rate > 0 ? 1 : 20);
  }
  finish(command);
  end_line();
}

static int outstanding(void) {
  for (int i = 0; i < count; i++) if (all[i].state == LIVE && all[i].given != all[i].answered) return 1;
  return 0;
}

static void run_loop(double seconds, int k, int m) {
  begin(1);
  int64_t end = begun + (int64_t)(seconds * 1e9);
  outstanding_each = k < RING ? k : RING, loopers = m < count ? m : count;
  for (int i = 0; i < loopers; i++) refill(&all[i]);
  while (now_ns() < end) turn(20);
  outstanding_each = loopers = 0;
  finish("loop");
  end_line();
}

static void settle(double seconds) {
  begin(0);
  int64_t end = begun + (int64_t)(seconds * 1e9), quiet = now_ns();
  long before = -1;
  while (now_ns() < end) {
    turn(20);
    if (outstanding() || n.deltas + n.mine != before) before = n.deltas + n.mine, quiet = now_ns();
    if (now_ns() - quiet > 700000000LL) break;
  }
  finish("settle");
  end_line();
}

static void get(double seconds) {
  begin(1);
  int64_t end = begun + (int64_t)(seconds * 1e9);
  for (int i = 0; i < count; i++) if (all[i].state == LIVE) all[i].began = now_ns(), request(&all[i]);
  while (now_ns() < end) turn(20);
  finish("get");
  end_line();
  for (int64_t stop = now_ns() + 20000000000LL; outstanding() && now_ns() < stop;) turn(20);
}

static void read_tickets(const char *file) {
  FILE *in = fopen(file, "r");
  char line[2048];
  if (!in) die(file);
  cookies = calloc((size_t)count, sizeof *cookies), pages = calloc((size_t)count, sizeof *pages);
  for (int i = 0; i < count; i++) {
    if (!fgets(line, sizeof line, in)) die("fewer tickets than connections");
    line[strcspn(line, "\n")] = 0;
    char *tab = strchr(line, '\t');
    if (tab) *tab = 0;
    cookies[i] = strdup(line), pages[i] = strdup(tab ? tab + 1 : "");
  }
  fclose(in);
}

static void obey(char *line) {
  char word[32] = "", name[400] = "";
  double a = 0, b = 0, c = 0;
  sscanf(line, "%31s %lf %lf %lf", word, &a, &b, &c);
  if (!strcmp(word, "connect")) connect_all(word, (int)a, 0, 0);
  else if (!strcmp(word, "resume")) connect_all(word, (int)a, (int)b, 1);
  else if (!strcmp(word, "watch")) run_for(word, a, 0, 0);
  else if (!strcmp(word, "tap")) run_for(word, a, b, c);
  else if (!strcmp(word, "loop")) run_loop(a, (int)b, (int)c);
  else if (!strcmp(word, "settle")) settle(a);
  else if (!strcmp(word, "get")) get(a);
  else if (!strcmp(word, "questions")) {
    questions = (int)a;
    printf("{\"command\":\"questions\"}\n");
    fflush(stdout);
  } else if (!strcmp(word, "lost")) {
    begin(0);
    int64_t end = begun + (int64_t)(a * 1e9);
    while (gone_count < count && now_ns() < end) turn(20);
    finish(word);
    end_line();
  } else if (!strcmp(word, "save") && sscanf(line, "%*s %399s", name) == 1) {
    FILE *out = fopen(name, "w");
    if (!out || fwrite(saved, 1, saved_have, out) != saved_have) die(name);
    fclose(out);
    printf("{\"command\":\"save\",\"bytes\":%llu}\n", (unsigned long long)saved_have);
    fflush(stdout);
  } else {
    printf("{\"command\":\"unknown\"}\n");
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  const char *tickets = NULL;
  static char joined[600];
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (!strcmp(argv[i], "--hello")) { hello = 1; continue; }
    if (!strcmp(argv[i], "--http")) { hello = -1; continue; }
    if (!strcmp(argv[i], "--etags")) { etags = 1; continue; }
    if (!strcmp(argv[i], "--port")) port = atoi(value);
    else if (!strcmp(argv[i], "--connections")) count = atoi(value);
    else if (!strcmp(argv[i], "--path")) path = value;
    else if (!strcmp(argv[i], "--origin")) origin = value;
    else if (!strcmp(argv[i], "--protocol")) protocol = value;
    else if (!strcmp(argv[i], "--tickets")) tickets = value;
    else if (!strcmp(argv[i], "--questions")) questions = atoi(value);
    else if (!strcmp(argv[i], "--header")) snprintf(joined, sizeof joined, "%s\r\n", value), header = joined;
    else { fprintf(stderr, "load: what is %s?\n", argv[i]); return 2; }
    i++;
  }
  if (!port || !count) { fprintf(stderr, "load: --port and --connections are needed\n"); return 2; }
  if (tickets) read_tickets(tickets);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  all = calloc((size_t)count, sizeof *all);
  acks = calloc(SLOTS, sizeof *acks);
  save_size = 1 << 20, save = malloc(save_size), saved = malloc(save_size);
  loop_fd = epoll_create1(0);
  if (!all || !acks || !save || !saved || loop_fd < 0) die("start");
  /* Between two commands it goes on reading, or the server would wait for it. */
  char line[512];
  size_t have = 0;
  fcntl(0, F_SETFL, O_NONBLOCK);
  for (;;) {
    struct pollfd in = {0, POLLIN, 0};
    turn(5);
    if (poll(&in, 1, 0) <= 0) continue;
    ssize_t got = read(0, line + have, sizeof line - 1 - have);
    if (got == 0) return 0;
    if (got < 0) continue;
    have += (size_t)got;
    line[have] = 0;
    for (char *end; (end = strchr(line, '\n'));) {
      *end = 0;
      obey(line);
      have -= (size_t)(end + 1 - line);
      memmove(line, end + 1, have + 1);
    }
  }
}
