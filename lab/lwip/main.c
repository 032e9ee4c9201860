/*
 * lwip puts lwIP, as Debian builds it in liblwip, on a TAP device with one small
 * web server, as a target to fingerprint.
 *
 *     lwip DEVICE IPV4 IPV6 PORT
 */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <lwip/api.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <netif/ethernet.h>

enum { MTU = 1500, FRAME = MTU + 14 };

static int tap;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int tap_open(const char *name)
{
	struct ifreq req = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR);

	strncpy(req.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &req) < 0)
		fail(name);
	return fd;
}

static err_t tap_send(struct netif *nif, struct pbuf *p)
{
	unsigned char frame[FRAME];
	ssize_t n = pbuf_copy_partial(p, frame, sizeof frame, 0);

	(void)nif;
	return write(tap, frame, n) == n ? ERR_OK : ERR_IF;
}

static void *tap_receive(void *arg)
{
	struct netif *nif = arg;
	unsigned char frame[FRAME];
	ssize_t n;

	while ((n = read(tap, frame, sizeof frame)) > 0) {
		struct pbuf *p = pbuf_alloc(PBUF_RAW, n, PBUF_POOL);

		if (p == NULL)
			continue;
		pbuf_take(p, frame, n);
		if (nif->input(p, nif) != ERR_OK)
			pbuf_free(p);
	}
	fail("tap");
	return NULL;
}

static err_t nif_init(struct netif *nif)
{
	static const unsigned char mac[] = { 2, 0, 0, 0, 0, 2 };

	memcpy(nif->name, "tp", 2);
	memcpy(nif->hwaddr, mac, sizeof mac);
	nif->hwaddr_len = sizeof mac;
	nif->mtu = MTU;
	nif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		     NETIF_FLAG_MLD6 | NETIF_FLAG_LINK_UP;
	nif->output = etharp_output;
	nif->output_ip6 = ethip6_output;
	nif->linkoutput = tap_send;
	return ERR_OK;
}

/* nif_up gives the interface its addresses; every address is a neighbour. */
static void nif_up(struct netif *nif, const char *ipv4, const char *ipv6)
{
	ip4_addr_t ip, mask, gw = { 0 };
	ip6_addr_t ip6;
	s8_t slot;

	if (!ip4addr_aton(ipv4, &ip) || !ip6addr_aton(ipv6, &ip6)) {
		fprintf(stderr, "lwip: bad address %s or %s\n", ipv4, ipv6);
		exit(2);
	}
	IP4_ADDR(&mask, 255, 255, 255, 0);
	LOCK_TCPIP_CORE();
	netif_add(nif, &ip, &mask, &gw, NULL, nif_init, tcpip_input);
	netif_set_default(nif);
	netif_set_up(nif);
	netif_create_ip6_linklocal_address(nif, 1);
	netif_add_ip6_address(nif, &ip6, &slot);
	netif_ip6_addr_set_state(nif, slot, IP6_ADDR_PREFERRED);
	UNLOCK_TCPIP_CORE();
}

static void hello(struct netconn *c)
{
	static const char reply[] = "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n";
	struct netbuf *request;

	netconn_set_recvtimeout(c, 5000); /* milliseconds */
	if (netconn_recv(c, &request) == ERR_OK) {
		netbuf_delete(request);
		netconn_write(c, reply, sizeof reply - 1, NETCONN_COPY);
	}
	netconn_close(c);
	netconn_delete(c);
}

static void started(void *sem)
{
	sys_sem_signal(sem);
}

int main(int argc, char **argv)
{
	static struct netif nif;
	struct netconn *listener, *c;
	pthread_t thread;
	sys_sem_t sem;

	if (argc != 5) {
		fprintf(stderr, "usage: lwip DEVICE IPV4 IPV6 PORT\n");
		return 2;
	}
	tap = tap_open(argv[1]);
	sys_sem_new(&sem, 0);
	tcpip_init(started, &sem);
	sys_arch_sem_wait(&sem, 0);
	nif_up(&nif, argv[2], argv[3]);
	pthread_create(&thread, NULL, tap_receive, &nif);

	listener = netconn_new(NETCONN_TCP_IPV6); /* takes both versions */
	if (netconn_bind(listener, IP_ANY_TYPE, atoi(argv[4])) != ERR_OK ||
	    netconn_listen(listener) != ERR_OK) {
		fprintf(stderr, "lwip: cannot listen on port %s\n", argv[4]);
		return 1;
	}
	puts("READY");
	fflush(stdout);
	for (;;)
		if (netconn_accept(listener, &c) == ERR_OK)
			hello(c);
}
