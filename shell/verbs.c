/*
 * verbs.c — the command table. A row is all there is to know of a verb; the
 * order is the one in which help and the manual show them. In details, a line
 * that is indented is an example, and every example is parsed by a test.
 */
#include "shell/verbs.h"

#include "shell/expect.h"
#include "shell/handlers.h"

/* What `link` and `shape` know of shapes. */
#define SHAPE_KEYS                                                                       \
	"[rate {RATE | none}] [queue {AMOUNT | none}] "                                  \
	"[aqm {fifo | codel | fq_codel | red | pie | cake}] [ecn {on | off}] "           \
	"[delay {TIME | none}] [jitter {TIME | none}] "                                  \
	"[distribution {uniform | normal | pareto}] [slot {TIME TIME | none}] "          \
	"[loss {PERCENT [correlation PERCENT] | gemodel PERCENT PERCENT | none}] "       \
	"[duplicate {PERCENT | none}] [reorder {PERCENT | none}] "                       \
	"[corrupt {PERCENT | none}] [seed {SEED | none}] [engine {auto | netem | wire}]"

/* What `link` knows of tunnels, and of who may not lift a shape. */
#define TUNNEL_KEYS                                                                      \
	"[tunnel {gre | vxlan | geneve}] [key COUNT] [underlay UNDERLAY UNDERLAY] "      \
	"[via {bridge | shortbridge | ztun | macvlan | direct}] [enforced] "

/* What a service can be, and its options. */
#define SERVICE_ON "[on {all | PORT...}]"
#define OSPF_KEYS                                                                        \
	"[area {COUNT | ADDR}] " SERVICE_ON " [hello TIME] [dead TIME] "                 \
	"[network {broadcast | point-to-point}]"
#define SERVICE_PATTERN                                                                  \
	"{routers | NODE...} {"                                                          \
	"ospf {off | " OSPF_KEYS "} | ospf6 {off | " OSPF_KEYS "} | "                    \
	"rip {off | " SERVICE_ON " [update TIME] [split-horizon {on | off}]} | "         \
	"isis {off | [area COUNT] " SERVICE_ON " [hello TIME]} | "                       \
	"bgp {off | as COUNT [id ADDR] [neighbor {{NODE | ADDR} as COUNT}...] "          \
	"[network {connected | PREFIX...}]} | "                                          \
	"pim {off | [rp ADDR] " SERVICE_ON "} | bfd [off] | "                            \
	"frr {off | text TEXT | FILE} | bird {off | text TEXT | FILE} | "                \
	"dhcp {off | range ADDR ADDR [router ADDR] [dns ADDR] [lease TIME] " SERVICE_ON  \
	"} | dhcp-client {off | [on PORT]} | "                                           \
	"dns {off | [name {WORD ADDR}...] [ttl TIME] [forward ADDR]} | "                 \
	"http {off | [port COUNT] [folder FILE]} | iperf3 {off | [port COUNT]} | "       \
	"tcpdump {off | {all | PORT} {to FILE}}}"

const struct verb verbs[] = {
	/* ---- building ---- */
	{ "add", "{host | router | switch | nat} NAME...", "add nodes to the network",
	  VERB_CHANGES, cmd_add,
	  "A host ends traffic, a router forwards IPv4 and IPv6, a switch forwards\n"
	  "Ethernet. A nat is a router that leads to the machine's own network and what\n"
	  "is behind that, by IPv4; packets from it look as if they were the machine's.\n"
	  "For this the machine gets an interface and an nftables table, both marked\n"
	  "espalier, and forwards IPv4; all is taken back when the node goes. route "
	  "auto\n"
	  "leads other routers there. A name is letters, digits, '-' and '_', a letter\n"
	  "first.\n"
	  "    add host h4 h5\n"
	  "    add router edge\n"
	  "    add switch core-1\n"
	  "    add nat internet" },
	{ "link",
	  "END END [name LINKNAME] [ip {ENDADDR | none} {ENDADDR | none}] [mtu BYTES] "
	  "[mac MAC MAC] " TUNNEL_KEYS SHAPE_KEYS,
	  "join two nodes by a link", VERB_CHANGES, cmd_link,
	  "Each end becomes the lowest free interface of its node, or the one that is\n"
	  "named. Addresses come by themselves (see set auto) unless ip gives one for\n"
	  "each end or none; a switch has none. Traffic may be flowing meanwhile. The\n"
	  "keys from rate on are those of shape, for both directions.\n"
	  "With tunnel, its Ethernet frames cross an IP network: between two nodes that\n"
	  "underlay names, of this network or (NETWORK.NODE) of another one that runs,\n"
	  "or else two namespaces of the network's own. The key is one that no other\n"
	  "tunnel there has; the MTU follows from the path, which is one of IPv6 where\n"
	  "IPv4 does not lead from end to end; that in another network may change, and\n"
	  "the MTU with it. While another network that it needs is gone, the link is\n"
	  "not there; it is made again when that is back. One whose packets would come\n"
	  "back to it, in a circle of networks, is refused. via says what joins a node\n"
	  "to it: a bridge; shortbridge or ztun, of Espalier's kernel module; macvlan,\n"
	  "which is quick, but passes broadcasts out of turn; or direct: the tunnel\n"
	  "device is in the node, whose programs can change it.\n"
	  "Left open, it is ztun or shortbridge if the kernel has them, else bridge.\n"
	  "enforced puts shapes outside of the nodes, where nothing that is done to a\n"
	  "node's own network lifts them. Nodes that no links connect may have the\n"
	  "same addresses.\n"
	  "    link h1 r1\n"
	  "    link h2:eth5 r1 name uplink\n"
	  "    link h1 r2 ip 192.168.7.1/24 192.168.7.254 mtu 9000B\n"
	  "    link h3 s1 ip 10.0.0.77 none\n"
	  "    link h2 r2 rate 10mbit delay 20ms\n"
	  "    link h2 r2 rate 10mbit enforced\n"
	  "    link h1 h2 tunnel vxlan\n"
	  "    link h1 h2 tunnel gre key 7 underlay r1 r2 via bridge rate 5mbit\n"
	  "    link h1 h2 tunnel gre underlay substrate.m1 substrate.m2\n"
	  "    link r1 r2 mac 02:00:00:00:0a:01 02:00:00:00:0a:02" },
	{ "del", "[node | link] TARGET...", "delete nodes or links", VERB_CHANGES,
	  cmd_del,
	  "A node takes its links along, and those whose tunnels end in it, and ends "
	  "the\n"
	  "programs in it. Just two nodes "
	  "mean\n"
	  "the link that joins them; say node to mean the nodes.\n"
	  "    del h1\n"
	  "    del h1 s1\n"
	  "    del h1:eth0\n"
	  "    del node h1 s1" },
	{ "up", "[node | link] TARGET...", "switch nodes or links on", VERB_CHANGES,
	  cmd_up,
	  "Addresses and routes are as they were before down.\n"
	  "    up h1 s1\n"
	  "    up r1" },
	{ "down", "[node | link] TARGET...", "switch nodes or links off", VERB_CHANGES,
	  cmd_down,
	  "An interface that is down keeps its addresses and routes for up.\n"
	  "    down h1 s1\n"
	  "    down r1\n"
	  "    down node h1 s1" },
	{ "shape", "{NODE -> NODE | LINK [from NODE]} {none | " SHAPE_KEYS "}",
	  "change what a link does to packets", VERB_CHANGES, cmd_shape,
	  "In both directions, or in that of the arrow, or of what one node sends. Keys\n"
	  "that are not named stay as they are; none takes one away, or all of them.\n"
	  "Packets wait in a queue, leave it at the rate, and take the delay; some are\n"
	  "lost, doubled, changed or overtaken. A rate counts Ethernet frames. The "
	  "queue\n"
	  "has room for two bandwidth-delay products unless queue says otherwise; aqm\n"
	  "manages it. jitter varies the delay: uniform up to it, normal by it as the\n"
	  "standard deviation, pareto as in iproute2's table; packets may overtake each\n"
	  "other then. loss gemodel is how likely a burst of losses begins, and ends, "
	  "at\n"
	  "each packet.\n"
	  "reorder is the share of packets that skip the delay. The same seed loses the\n"
	  "same packets. engine says who does it, for both directions: the kernel\n"
	  "(netem), or a process of Espalier's (wire), which is taken where the kernel\n"
	  "cannot; 'doctor' tells what it can.\n"
	  "    shape h1 s1 rate 10mbit delay 20ms\n"
	  "    shape h1 -> s1 loss 1%\n"
	  "    shape h1:eth0 from h1 rate 1gbit queue 100pkt aqm fq_codel\n"
	  "    shape h1 s1 delay 50ms jitter 5ms distribution normal\n"
	  "    shape h1 s1 loss gemodel 1% 25%\n"
	  "    shape h1 s1 loss 1% seed 7 engine wire\n"
	  "    shape h1 s1 rate none\n"
	  "    shape h1 s1 none" },
	{ "stp", "NODE {on | off}", "switch a switch's spanning tree on or off",
	  VERB_CHANGES, cmd_stp,
	  "Without it, switches in a loop flood the loop for ever. With it (IEEE "
	  "802.1D)\n"
	  "a new port forwards after some seconds.\n"
	  "    stp s1 on" },
	{ "vlan", "{NODE {on | off} | IFACE {none | VLAN | trunk VLANS [native VLAN]}}",
	  "set which VLANs a switch's ports carry", VERB_CHANGES, cmd_vlan,
	  "On, a switch keeps VLANs (IEEE 802.1Q) apart; a new port is in VLAN 1. A\n"
	  "port of one VLAN takes and gives untagged frames. A trunk's have tags; those\n"
	  "without are of its native VLAN, or dropped. none makes it as a new port, off\n"
	  "all of them. Each VLAN is a LAN, with addresses of its own. A router reads\n"
	  "tags by sub-interfaces, which keep makes.\n"
	  "    vlan s1 on\n"
	  "    vlan s1:eth0 10\n"
	  "    vlan s1:eth1 trunk 10,20-30 native 1\n"
	  "    vlan s1:eth0 none" },
	{ "ip", "IFACE {ADDR/LEN... | none}", "give an interface its addresses",
	  VERB_CHANGES, cmd_ip,
	  "These replace all the interface had. With none it has no address, and\n"
	  "automatic addressing keeps off it. lo is the loopback interface.\n"
	  "    ip h1:eth0 10.0.0.9/24\n"
	  "    ip h1:eth0 192.168.7.1/24 2001:db8::1/64\n"
	  "    ip r1:lo 192.0.2.1/32\n"
	  "    ip h1:eth0 none" },
	{ "route", "{auto | NODE PREFIX {{via ADDR}... [metric COUNT] | none}}",
	  "set, delete or compute routes", VERB_CHANGES, cmd_route,
	  "A route to the same prefix with the same metric is replaced; none deletes\n"
	  "all to that prefix. Several next hops share the packets, a connection's by\n"
	  "one of them (the kernel chooses by addresses alone, unless the sysctl\n"
	  "fib_multipath_hash_policy is 1). route auto computes shortest paths for the\n"
	  "whole network, as it is now: ask again after a change. Routes that were "
	  "typed\n"
	  "stay.\n"
	  "    route h1 default via 10.0.0.254\n"
	  "    route r1 10.9.0.0/16 via 10.0.0.2 metric 20\n"
	  "    route r1 2001:db8:9::/64 via fd00::2\n"
	  "    route r1 10.9.0.0/16 via 10.0.0.2 via 10.0.0.3\n"
	  "    route r1 10.9.0.0/16 none\n"
	  "    route auto" },
	{ "keep", "NODE {none [COUNT] | COMMAND}",
	  "run a command that sets a node up, and remember it", VERB_CHANGES, cmd_keep,
	  "For what no other command sets: VRFs, policy rules, NAT, firewalls, sysctls.\n"
	  "If it succeeds, which may take a minute, it becomes a part of the network: "
	  "it\n"
	  "is saved, and run again where the node is made anew. Its effect cannot be\n"
	  "taken back by itself: undo, and none, which forgets all or the one that show\n"
	  "NODE gives this number, make the node anew without it, ending its programs.\n"
	  "Files that it names are read again each time. What it did to an interface, "
	  "as\n"
	  "addresses, routes and sub-interfaces, goes when the interface goes, or is\n"
	  "taken down, and is not done again when that comes back.\n"
	  "    keep r1 ip rule add from 10.0.0.0/24 table 100\n"
	  "    keep r1 ip link add red type vrf table 10\n"
	  "    keep r1 ip link add link eth0 name eth0.10 type vlan id 10\n"
	  "    keep r1 nft add table ip nat\n"
	  "    keep r1 none 2\n"
	  "    keep r1 none" },
	{ "attach", "NODE nic NIC [off | anyway]",
	  "move an interface of the machine into a node", VERB_CHANGES, cmd_attach,
	  "A network card, VLAN, macvlan, end of a veth pair, tap ... leaves the\n"
	  "machine, keeps its name, and is up in the node, where a switch has it as a\n"
	  "port. It comes without addresses, and is none of the network's links: keep\n"
	  "NODE ip addr add ADDR/LEN dev NIC gives it one, until it leaves the node. "
	  "The\n"
	  "machine has it back, with the MTU, MAC, addresses and routes that it had, "
	  "when\n"
	  "it is switched off, undone, or its node or the network goes. Its queueing\n"
	  "disciplines, sysctls and nexthop objects are lost by moving it. One that the\n"
	  "machine's default route leads over is refused, lest a terminal be cut off,\n"
	  "unless anyway is said. It needs root; lo, ports of bridges and what the\n"
	  "kernel keeps in its namespace stay.\n"
	  "    attach h1 nic enp3s0\n"
	  "    attach r1 nic wan0 anyway\n"
	  "    attach h1 nic enp3s0 off" },
	{ "set", "auto {on | off}", "switch automatic addresses on or off", VERB_CHANGES,
	  cmd_set,
	  "On, as it is at first, every link gets a subnet of 10.0.0.0/8 and one of\n"
	  "fd00::/8, its interfaces get addresses, and hosts a default route through\n"
	  "their LAN's only router. The same commands give the same addresses. Off\n"
	  "leaves all addresses as they are.\n"
	  "    set auto off" },
	{ "seed", "{SEED | none}", "have all chance in the network repeat", VERB_CHANGES,
	  cmd_seed,
	  "Each link's chance (loss, jitter, reorder, an AQM's drops ...) then follows\n"
	  "from the seed and the link's two ends, and so does topo random: the same\n"
	  "commands lose the same packets, if the same are sent. A seed of the link's\n"
	  "own goes first. The kernel's netem takes none, so such links are carried by\n"
	  "wire; tunnels, and links of engine netem, do not repeat. The chance of a "
	  "link\n"
	  "begins anew when its shape changes.\n"
	  "    seed 7\n"
	  "    seed none" },
	{ "topo",
	  "{line COUNT | ring COUNT | star COUNT | mesh COUNT | "
	  "tree [depth COUNT] [fanout COUNT] | grid COUNT COUNT | fattree COUNT | "
	  "random COUNT [degree COUNT] [seed SEED]} "
	  "[hosts COUNT] [kind {host | router | switch}] [prefix WORD]",
	  "add a whole topology", VERB_CHANGES, cmd_topo,
	  "Nodes are h1, h2 ... (hosts), r1 ... (routers), s1 ... (switches), with the\n"
	  "prefix before. Sizes: line, ring, star, mesh and random take a number of\n"
	  "nodes; tree the levels of switches (2 unless given) and the children of each\n"
	  "(2); grid its rows and columns; fattree its k, which is even. degree is the\n"
	  "mean number of links of a node (3); the same seed gives the same network.\n"
	  "hosts is how many more hosts each node gets, kind what the nodes are. Where\n"
	  "routers are added and automatic addressing is on, routes are computed too.\n"
	  "    topo star 10\n"
	  "    topo line 3 hosts 2\n"
	  "    topo ring 5 kind switch prefix b-\n"
	  "    topo tree depth 2 fanout 3\n"
	  "    topo grid 3 4 hosts 0\n"
	  "    topo random 20 degree 4 seed 7\n"
	  "    topo fattree 4" },

	/* ---- programs ---- */
	{ NULL, "NODE COMMAND", "run a program in a node", 0, cmd_run,
	  "The program has the node's network and its hostname, and finds every node by\n"
	  "name. Ctrl-C goes to the program, Ctrl-Z stops it and makes it a job; with "
	  "an\n"
	  "& at the end it runs in the background. Unquoted | < > ( ) $ ` * ? [ ~ make\n"
	  "it a line for sh.\n"
	  "    h1 ping -c 3 h2\n"
	  "    h2 iperf3 -s &\n"
	  "    h1 ip route | sort\n"
	  "    h1 sh -c 'sleep 1; echo done'" },
	{ "run", "NODE COMMAND", "run a program in a node", 0, cmd_run,
	  "The same as a line that begins with the node's name.\n"
	  "    run h1 traceroute h2\n"
	  "    run h1 tcpdump -ni eth0 &" },
	{ "jobs", "", "list the jobs: programs in the background", VERB_LOOKS, cmd_jobs,
	  "    jobs" },
	{ "stop", "JOB", "end a job", 0, cmd_stop,
	  "The program and what it started get SIGTERM, and SIGKILL 2 s later. A job\n"
	  "that has ended already is taken off the list, its output with it.\n"
	  "    stop 1" },
	{ "output", "{JOB | NODE [SERVICE]}", "show what a job or service has written",
	  VERB_LOOKS, cmd_output,
	  "Of a service it is its log; without its name, those of all in the node. Of a\n"
	  "long one these are the last 1 MB; what is before goes, so that logs do not\n"
	  "fill the memory, while a shell is used.\n"
	  "    output 1\n"
	  "    output r1 ospf" },
	{ "fg", "JOB", "bring a job to the foreground", 0, cmd_fg,
	  "A stopped job goes on; the shell waits until it ends or stops again. What a\n"
	  "job that was begun with & writes still goes to output JOB. In a file, it is\n"
	  "the way to wait for a job: where the job failed, fg fails.\n"
	  "    fg 1" },
	{ "term", "NODE", "open a shell in a node", VERB_TERMINAL, cmd_term,
	  "It is $SHELL, or bash, or sh, with job control; leave it by exit or Ctrl-D.\n"
	  "    term h1" },

	/* ---- services ---- */
	{ "service", SERVICE_PATTERN, "run a routing daemon, server or capture in nodes",
	  VERB_CHANGES, cmd_service,
	  "It is a part of the network: saved, undone, running after attach, and ended\n"
	  "with its node or by off. Said again, its options are replaced. One that ends\n"
	  "at once fails with the last of its log; `output NODE SERVICE` shows all of "
	  "it.\n"
	  "ospf, ospf6, rip, isis, bgp, pim, bfd are FRR's, on all interfaces unless on\n"
	  "says which. Timers are quick, since an emulation is watched: hello 1s and "
	  "dead\n"
	  "four times that, RIP's update 5s, BGP's keepalive 3s. The standards' are "
	  "hello\n"
	  "10s dead 40s, update 30s. OSPF's links between two routers are\n"
	  "point-to-point. bfd watches the neighbours of ospf, isis and bgp. BGP needs "
	  "no\n"
	  "policy to take routes, and announces a network whether it has it or not.\n"
	  "frr and bird take a configuration of one's own, from a file or as a text; "
	  "the\n"
	  "network keeps the text. Where one of them computes a node's routes, route "
	  "auto\n"
	  "does not. dhcp and dns are dnsmasq, dhcp-client and http busybox. An http\n"
	  "server without a folder has a page with the node's name.\n"
	  "    service routers ospf\n"
	  "    service r1 r2 ospf area 1 on eth0 eth1 hello 10s dead 40s\n"
	  "    service r1 rip update 30s split-horizon off\n"
	  "    service r1 bgp as 65001 neighbor r2 as 65002 network 10.1.0.0/16\n"
	  "    service r1 bgp as 65001 neighbor 10.0.0.2 as 65002 network connected\n"
	  "    service r1 frr r1.conf\n"
	  "    service r1 frr text 'router bgp 65001'\n"
	  "    service r1 ospf off\n"
	  "    service h1 dhcp range 10.0.0.100 10.0.0.200 router 10.0.0.3 lease 10min\n"
	  "    service h2 dhcp-client on eth0\n"
	  "    service h1 dns name www.lab 10.0.0.2 mail.lab 10.0.0.3\n"
	  "    service h1 http port 8080\n"
	  "    service s1 tcpdump all to /tmp/s1.pcap" },
	{ "vtysh", "NODE [COMMAND]", "FRR's prompt in a node, or a command for it", 0,
	  cmd_vtysh,
	  "If a word has blanks in it, each word is a command. What is changed so is no\n"
	  "part of the network: it is not saved, and gone when the service is started\n"
	  "again.\n"
	  "    vtysh r1\n"
	  "    vtysh r1 show ip route\n"
	  "    vtysh r1 'conf t' 'router rip' 'no network eth1'" },
	{ "birdc", "NODE [COMMAND]", "BIRD's prompt in a node, or a command for it", 0,
	  cmd_birdc,
	  "    birdc r1\n"
	  "    birdc r1 show protocols" },

	/* ---- checking ---- */
	{ "ping", "NODE {NODE | ADDR} [count COUNT]", "ping from a node", VERB_LOOKS,
	  cmd_ping,
	  "Three echo requests unless count says otherwise, five a second; by IPv4 "
	  "where\n"
	  "both nodes have it. No answer at all is a failure.\n"
	  "    ping h1 h2\n"
	  "    ping h1 fd00::2 count 10" },
	{ "pingall", "", "ping from every host to every other", VERB_LOOKS, cmd_pingall,
	  "All at once, by IPv4 where both have it; from and to the routers where there\n"
	  "are no hosts. Shows a matrix, or for many nodes what failed. A ping that is\n"
	  "lost is a failure.\n"
	  "    pingall" },
	{ "verify", "{all | LINK} [for TIME]",
	  "measure whether links do what they should", 0, cmd_verify,
	  "Sends frames of its own over the link in both directions: first few, for "
	  "delay\n"
	  "and loss, then more than the rate, and TCP where both ends have addresses.\n"
	  "That takes 5s, up to 20s where little is to be lost, or the time that is\n"
	  "given. Shows what was set beside what was achieved, and what may have\n"
	  "falsified it. It fails where something is not as set.\n"
	  "    verify h1 s1\n"
	  "    verify h1:eth0 for 2s\n"
	  "    verify all" },
	{ "monitor", "[{LINK | NODE}...] [every TIME] [for TIME]",
	  "watch links, nodes and the topology live", VERB_LOOKS, cmd_monitor,
	  "All links and nodes, or those that are named, and the interfaces of the\n"
	  "machine that are in these nodes; a new sample each second, or as every says.\n"
	  "? shows the keys, q leads back to the prompt. From another terminal,\n"
	  "`espalier monitor NETWORK` does the same. Where there is no terminal it is\n"
	  "written as text: one picture, or what there is in the time of for.\n"
	  "    monitor\n"
	  "    monitor r1 r2 every 200ms\n"
	  "    monitor h1 for 10s" },
	{ "graph", "[FILE]", "draw the network", VERB_LOOKS, cmd_graph,
	  "In the terminal: hosts in round frames, routers in double ones, switches in\n"
	  "square ones, with the interfaces of the machine that they have, and on each\n"
	  "link what it does to packets. To a file that ends in .svg or .png it is\n"
	  "drawn by Graphviz, with interfaces and addresses; .dot is what Graphviz\n"
	  "reads. What is down is dashed.\n"
	  "    graph\n"
	  "    graph network.svg" },
	{ "show",
	  "[nodes | links | addresses | routes | queues | services | jobs | timeline | "
	  "NODE | LINK]",
	  "show the network or a part of it", VERB_LOOKS, cmd_show,
	  "Without a word: an overview.\n"
	  "    show\n"
	  "    show links\n"
	  "    show queues\n"
	  "    show r1\n"
	  "    show h1 s1" },

	/* ---- measuring over time ---- */
	{ "record", "[stop | FILE [LINK...] [every TIME]]",
	  "record the counters of links to a file", VERB_LOOKS, cmd_record,
	  "As CSV, of all links and all interfaces of the machine that are in nodes, or\n"
	  "of the links that are named, with the TCP connections over them, once a\n"
	  "second or as every says. It goes on while other commands run, and ends by\n"
	  "record stop, or with the shell; without a word, record tells what is being\n"
	  "recorded. A file of that name is replaced. What its columns are stands under\n"
	  "RECORDINGS in the manual; plot draws it.\n"
	  "    record run1.csv\n"
	  "    record run2.csv h1 s1 every 100ms\n"
	  "    record stop\n"
	  "    record" },
	{ "plot",
	  "{LINK | FILE} [rate | pps | drops | queue | rtt | cwnd] [to FILE] [for TIME]",
	  "draw a link's counters, or a recording, over time", VERB_LOOKS, cmd_plot,
	  "A link is looked at for 10s, or as long as for says; Ctrl-C draws what there\n"
	  "is so far. rate is in bits and pps in packets a second, drops are packets\n"
	  "lost a second, queue is packets that wait; rtt and cwnd are those of the TCP\n"
	  "connections over the link. To a file that ends in .svg or .png it is drawn\n"
	  "by gnuplot, with axes, units and a title.\n"
	  "    plot h1 s1\n"
	  "    plot h1 s1 rtt for 30s\n"
	  "    plot run1.csv queue\n"
	  "    plot run1.csv cwnd to cwnd.svg" },
	/* ---- labs ---- */
	{ "expect", EXPECTATION, "say what must be so; fails where it is not", VERB_LOOKS,
	  cmd_expect,
	  "It is tried again and again, for 10s unless within says otherwise. ping: an\n"
	  "answer comes; no ping: three get none. rate is what TCP carries in 3s, or,\n"
	  "with >, in the best second of them; rtt the shortest of five pings, path the\n"
	  "routers between two nodes, drops those of both directions of a link. A\n"
	  "program's output is all it writes; with vtysh or birdc before the node, the\n"
	  "words are for its routing daemon.\n"
	  "    expect ping h1 h2 within 10s\n"
	  "    expect ping h1 h2 loss < 1%\n"
	  "    expect no ping h1 192.0.2.1\n"
	  "    expect rate h1 h2 > 9mbit\n"
	  "    expect rtt h1 h2 < 45ms\n"
	  "    expect route r1 10.9.0.0/16 via 10.0.0.2\n"
	  "    expect path h1 h2 r1 r2\n"
	  "    expect drops h1 s1 > 0\n"
	  "    expect address h1 10.0.0.9/24\n"
	  "    expect h1 cat /etc/hostname prints h1\n"
	  "    expect h1 grep -q h9 /etc/hosts fails\n"
	  "    expect vtysh r1 show ip ospf neighbor prints Full" },
	{ "check", "[FILE]", "check the present step, or the network by a lab",
	  VERB_LOOKS, cmd_check,
	  "With a file, its expectations are held against the network as it is, and\n"
	  "nothing else of it is run. `espalier check FILE` runs the whole lab.\n"
	  "    check\n"
	  "    check labs/06-static-routing.lab" },
	{ "lab", "TEXT [TEXT]", "begin a lab: its title, and what it is about",
	  VERB_LOOKS, cmd_lab,
	  "A lab is a file of commands. One with steps, opened by `espalier FILE.lab`,\n"
	  "is walked through: a step runs up to its first expectation or solution, then\n"
	  "it is the student's turn; next goes on, where all its expectations hold. The\n"
	  "rest of the step runs then, but for solutions.\n"
	  "    lab 'Two hosts' 'How they find each other.'" },
	{ "step", "[TEXT]", "begin a step of a lab, or show it again", VERB_LOOKS,
	  cmd_step,
	  "    step\n"
	  "    step 'Join h1 and h2, and ping.'" },
	{ "say", "TEXT", "show a text", VERB_LOOKS, cmd_say,
	  "Lines are wrapped to the window, an empty one begins a paragraph. A text "
	  "that\n"
	  "begins with a blank is shown as it is.\n"
	  "    say 'What does the table of neighbours hold now?'" },
	{ "hint", "[TEXT]", "give the next hint; in a lab: have one", VERB_LOOKS,
	  cmd_hint,
	  "A hint of a step is shown when the student asks for it.\n"
	  "    hint\n"
	  "    hint 'link NODE NODE joins two nodes'" },
	{ "solution", "BLOCK", "what a student is to do in a step", VERB_LOOKS,
	  cmd_solution,
	  "A walk leaves it out until solve is typed; -b, source and `espalier check` "
	  "run\n"
	  "it; check --strict looks that something of the step fails before.\n"
	  "    solution { link h1 h2 }" },
	{ "next", "", "check the present step, and go on", 0, cmd_next, "    next" },
	{ "back", "", "go back to the step before", 0, cmd_back,
	  "The network, and the variables, are again as they were when it began; jobs\n"
	  "that were started since are ended. What programs have changed inside nodes\n"
	  "that were there already stays.\n"
	  "    back" },
	{ "restart", "", "begin the lab anew", 0, cmd_restart, "    restart" },
	{ "solve", "", "run the present step's solution", 0, cmd_solve, "    solve" },

	/* ---- scripts ---- */
	{ "let", "VARIABLE WORD", "give a variable a value", VERB_LOOKS, cmd_let,
	  "$NAME and ${NAME} are replaced by it, but for single quotes; the value stays\n"
	  "in one word. In a program's words, a $ of another name is left to sh.\n"
	  "    let gateway 10.0.0.254\n"
	  "    let speed 10mbit" },
	{ "for", "VARIABLE {in WORD...} BLOCK", "run commands for each of some words",
	  VERB_LOOKS, cmd_for,
	  "1..10 stands for the numbers from 1 to 10. Where a turn fails, the network "
	  "is\n"
	  "put back as it was before the first.\n"
	  "    for i in 1..10 { add host n$i; link n$i s1 }\n"
	  "    for name in web mail { add host $name }" },
	{ "if", "[no] {node WORD | link WORD [WORD]} BLOCK [else BLOCK]",
	  "run commands where a node or link exists", VERB_LOOKS, cmd_if,
	  "A link is named by its two nodes, by its name, or by h1:eth0.\n"
	  "    if node h1 { ping h1 h2 } else { add host h1 }\n"
	  "    if no link h1 s1 { link h1 s1 }" },
	{ "at", "{none | MOMENT COMMAND}", "run a command at a time", 0, cmd_at,
	  "The timeline's clock begins with its first entry; +5s is five seconds from\n"
	  "now. The shell runs what is due wherever it waits. A program in a node "
	  "becomes\n"
	  "a job. at none forgets the whole timeline, and stops the clock.\n"
	  "    at 5s down h1 s1\n"
	  "    at +10s up h1 s1\n"
	  "    at 2s h1 ping -c 10 h2\n"
	  "    at none" },
	{ "every", "TIME COMMAND", "run a command again and again", 0, cmd_every,
	  "First when the time has passed once.\n"
	  "    every 1s show queues" },
	{ "wait", "{TIME | until " EXPECTATION "}", "wait, while the timeline goes on",
	  VERB_LOOKS, cmd_wait,
	  "until waits for what expect would say, for 60s unless within says otherwise.\n"
	  "    wait 10s\n"
	  "    wait until ping h1 h2 within 20s" },
	{ "log", "{none | FILE}", "record what happens when", VERB_LOOKS, cmd_log,
	  "Each command becomes a line of JSON: the time on the timeline's clock, the\n"
	  "date, the command, whether it went well, and what came of it. So does what\n"
	  "happens without one: a job that ends, with its exit status.\n"
	  "    log run.jsonl\n"
	  "    log none" },

	/* ---- keeping ---- */
	{ "save", "FILE", "write the network to a lab file", VERB_LOOKS, cmd_save,
	  "The file is made of commands that rebuild the same network, addresses\n"
	  "included; a file of that name is replaced.\n"
	  "    save dumbbell.lab" },
	{ "source", "FILE", "run the commands of a lab file", 0, cmd_source,
	  "Where a command fails, the file ends and the network is put back as it was\n"
	  "before it; with -k the rest is run.\n"
	  "    source dumbbell.lab" },
	{ "undo", "", "take back the last change of the network", 0, cmd_undo,
	  "    undo" },
	{ "redo", "", "make the change again that was undone", 0, cmd_redo, "    redo" },
	{ "reset", "", "delete everything in the network", VERB_CHANGES, cmd_reset,
	  "It is like a new network then, automatic addressing on. An undo brings back\n"
	  "what it was, but not its programs.\n"
	  "    reset" },
	{ "repair", "", "put back what was changed from outside", 0, cmd_repair,
	  "Compares the kernel with the network, and mends what differs: namespaces,\n"
	  "interfaces, addresses and routes that another program took away.\n"
	  "    repair" },

	/* ---- the shell ---- */
	{ "detach", "", "leave, and let the network go on", VERB_LOOKS, cmd_detach,
	  "`espalier attach NETWORK` takes it up again.\n"
	  "    detach" },
	{ "quit", "", "leave; the network and its programs end", VERB_LOOKS, cmd_quit,
	  "Ctrl-D does the same, and so does exit; detach leaves the network running.\n"
	  "    quit" },
	{ "exit", "", "the same as quit", VERB_LOOKS, cmd_quit, "    exit" },
	{ "help", "[VERB]", "explain a command, or list them all", VERB_LOOKS, cmd_help,
	  "    help\n"
	  "    help link" },
	{ "?", "[VERB]", "the same as help", VERB_LOOKS, cmd_help,
	  "At the prompt, ? typed where a word begins lists what may stand there.\n"
	  "    ? link" },
	{ "doctor", "", "find out what this kernel and user can do", VERB_LOOKS,
	  cmd_doctor,
	  "Everything is tried, in namespaces that are gone afterwards.\n"
	  "    doctor" },
};

const size_t n_verbs = sizeof(verbs) / sizeof(verbs[0]);
