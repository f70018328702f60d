/* The floor: what the kernel takes to send one ready frame to everyone. One thread, epoll, one send each.
 *
 *   floor PORT FRAME TICK_MS [RESPONSE]
 *
 * FRAME is a file with the payload of a text frame; where it begins with {"at": and twenty digits, the moment of
 * sending (ns, monotonic) is written there. SIGUSR1 begins the ticks, SIGUSR2 ends them. A request that asks for
 * no websocket is answered with the file RESPONSE as it is. The handshake's hash is not computed: only frames are
 * measured, and the load client does not look at it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 20000 };
static const char WELCOME[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static volatile sig_atomic_t ticking;
static char heads[MOST][2048];
static int have[MOST], viewer[MOST], viewers;
static char *frame, *payload, *response;
static size_t frame_size, payload_size, response_size;

static void begin(int s) { (void)s; ticking = 1; }
static void end(int s) { (void)s; ticking = 0; }

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static char *read_file(const char *name, size_t *size) {
  FILE *in = fopen(name, "rb");
  if (!in) { perror(name); exit(1); }
  fseek(in, 0, SEEK_END);
  *size = (size_t)ftell(in);
  rewind(in);
  char *text = malloc(*size + 1);
  if (fread(text, 1, *size, in) != *size) { perror(name); exit(1); }
  text[*size] = 0;
  fclose(in);
  return text;
}

static void make_frame(void) {
  size_t head = payload_size < 126 ? 2 : payload_size < 65536 ? 4 : 10;
  frame = malloc(head + payload_size);
  frame[0] = (char)0x81;
  if (head == 2) frame[1] = (char)payload_size;
  else {
    frame[1] = head == 4 ? 126 : 127;
    for (size_t i = 2; i < head; i++) frame[i] = (char)(payload_size >> 8 * (head - 1 - i));
  }
  memcpy(frame + head, payload, payload_size);
  payload = frame + head;
  frame_size = head + payload_size;
}

static void leave(int fd) {
  viewers -= viewer[fd];
  viewer[fd] = have[fd] = 0;
  close(fd);
}

static void tick(void) {
  char at[21];
  if (payload_size > 26 && !memcmp(payload, "{\"at\":", 6)) {
    snprintf(at, sizeof at, "%020lld", (long long)now_ns());
    memcpy(payload + 6, at, 20);
  }
  for (int fd = 0; fd < MOST; fd++)
    if (viewer[fd] && send(fd, frame, frame_size, MSG_NOSIGNAL) != (ssize_t)frame_size) leave(fd);
}

static void arrived(int fd) {
  char *head = heads[fd];
  ssize_t got = recv(fd, head + have[fd], sizeof heads[fd] - 1 - (size_t)have[fd], 0);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) leave(fd);
    return;
  }
  if (viewer[fd]) return; /* pongs and good-byes */
  have[fd] += (int)got;
  head[have[fd]] = 0;
  if (!strstr(head, "\r\n\r\n")) return;
  have[fd] = 0;
  if (strcasestr(head, "upgrade: websocket")) {
    viewer[fd] = 1, viewers++;
    if (send(fd, WELCOME, sizeof WELCOME - 1, MSG_NOSIGNAL) < 0) leave(fd);
  } else if (response) {
    for (size_t sent = 0; sent < response_size;) {
      ssize_t went = send(fd, response + sent, response_size - sent, MSG_NOSIGNAL);
      if (went > 0) sent += (size_t)went;
      else if (errno != EAGAIN) { leave(fd); return; }
      else usleep(50);
    }
  } else {
    leave(fd);
  }
}

int main(int argc, char **argv) {
  if (argc < 4) { fprintf(stderr, "floor PORT FRAME TICK_MS [RESPONSE]\n"); return 2; }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max < MOST ? files.rlim_max : MOST;
  setrlimit(RLIMIT_NOFILE, &files);
  payload = read_file(argv[2], &payload_size);
  make_frame();
  if (argc > 4) response = read_file(argv[4], &response_size);
  struct sigaction on = {.sa_handler = begin}, off = {.sa_handler = end};
  sigaction(SIGUSR1, &on, NULL), sigaction(SIGUSR2, &off, NULL);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 4096)) { perror("listen"); return 1; }
  int poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[512];
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  int64_t pause = atoll(argv[3]) * 1000000LL, due = now_ns() + pause;
  for (;;) {
    int64_t left = ticking ? (due - now_ns()) / 1000000 : 100;
    int ready = epoll_wait(poller, events, 512, left < 0 ? 0 : (int)left);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) { arrived(fd); continue; }
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MOST) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        have[fd] = viewer[fd] = 0;
        event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
      }
    }
    if (ticking && now_ns() >= due) {
      due = now_ns() + pause;
      tick();
    }
  }
}
