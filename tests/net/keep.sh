#!/usr/bin/env bash
# keep: commands of set-up inside nodes become part of the network: undone, redone, repaired,
# saved, and there after kill -9.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

rules() {
	inside r1 ip rule | grep -c 'lookup 100'
}
kept() {
	say 'show r1' && answer result.kept
}

network
shell
say 'add router r1' && say 'add host h1 h2' && say 'link h1 r1' && say 'link h2 r1'
says 'a policy rule' 'keep r1 ip rule add from 10.0.0.0/24 table 100'
equal 'is there' "$(rules)" 1
says 'what the shell would read' "keep r1 sh -c 'echo \"\$ESPALIER_NODE;\" > /proc/sys/net/ipv4/conf/all/arp_ignore || ip rule add from 10.9.0.0/16 table 101'"
says_no 'one that fails tells what it wrote' 'keep r1 ip rule foo' 'exit status.*rule'
says_no 'no such program' 'keep r1 no-such-program' 'No such file'
says_no 'in the background' 'keep r1 sleep 1 &' 'end'
equal 'neither is kept' "$(kept | grep -o '"[^"]*' | grep -c '"[is][ph] ')" 2
says 'h1 has a program' 'h1 sleep 1000 &'
says 'a node that goes' 'del r1'
says 'and comes back' undo
equal 'has the rule again' "$(rules)" 1
like 'and the other' "$(inside r1 ip rule)" 'lookup 101'
says 'all is connected' 'pingall'
says 'undo makes the node anew' undo
equal 'the first is still done' "$(rules)" 1
unlike 'the second is not' "$(inside r1 ip rule)" 'lookup 101'
says 'redo' redo
like 'does it again' "$(inside r1 ip rule)" 'lookup 101'
says_no 'none such' 'keep r1 none 3' 'no command 3'
says 'the first is forgotten' 'keep r1 none 1'
equal 'and undone' "$(rules)" 0
like 'the other is done' "$(inside r1 ip rule)" 'lookup 101'
say undo
like 'programs elsewhere ran on' "$(say jobs && answer result)" '"running"'

# what a kept command changes is no damage
says 'addresses, MTU and rules' 'keep h1 sh -c "ip addr add 10.77.0.1/24 dev eth0; ip link set eth0 mtu 1400"'
says 'repair' repair
equal 'finds nothing' "$(answer result.repaired)" '[]'
like 'and leaves them' "$(inside h1 ip addr)" 'mtu 1400.*10\.77\.0\.1'

# services are started again in a node that is made anew
if command -v python3 >/dev/null && say 'service h2 http'; then
	say 'keep h2 ip rule add from 10.0.0.0/24 table 100'
	says 'a service outlives its node' undo
	like 'and runs' "$(say 'show h2' && answer result.services)" '"running"'
	say undo
fi

# one that cannot be run again is in nobody's way
touch "$WORK/here"
say 'add host h3 h4'
say "keep h3 cat $WORK/here" && say 'keep h3 ip rule add from 10.0.0.0/24 table 103' && say 'keep h3 true'
rm "$WORK/here"
says_no 'what cannot be run again is told' 'keep h3 none 3' 'cat: .*all else is done'
like 'what is kept behind it is done' "$(inside h3 ip rule)" 'lookup 103'
equal 'the other is forgotten' "$(say 'show h3' && answer result.kept | grep -c true)" 0
says 'the rest goes on' 'del h4'
says 'and undo' undo
says 'it can be forgotten' 'keep h3 none 1'
like 'without what came behind it' "$(inside h3 ip rule)" 'lookup 103'

# nor in that of a node that comes back
check 'a log' touch "$WORK/here" "$WORK/done"
say 'add host h5' && say 'link h5 h1 ip 10.5.0.1/24 10.5.0.2/24'
say "keep h5 cat $WORK/here" && say "keep h5 sh -c 'echo x >>$WORK/done; ip rule add table 105'"
say 'del h5'
rm "$WORK/here"
echo >"$WORK/done"
says_no 'undo tells what cannot be run again' undo 'h5: cat .*all else is done'
says 'the node is back' 'h5 ping -c 1 10.5.0.2'
like 'with what is kept behind it' "$(inside h5 ip rule)" 'lookup 105'
equal 'done once' "$(grep -c x "$WORK/done")" 1
says 'it is an undo, which redo takes back' redo
says_no 'the node is deleted' 'show h5' "no node"
says_no 'undo comes again' undo 'all else is done'
like 'after kill -9, too' "$(shell_kill KILL; "$ESPALIER" attach "$NET" <<<'h5 ip rule' 2>&1)" 'lookup 105'
shell attach "$NET"
says 'what fails can be forgotten' 'keep h5 none 1'
touch "$WORK/here"
say "keep h5 cat $WORK/here" && say undo
rm "$WORK/here"
says_no 'redo of just the command that fails' redo 'h5: cat '
equal 'is refused' "$(say 'show h5' && answer result.kept | grep -c "cat ")" 0

lab=$WORK/kept.lab
says 'save' "save $lab"
touch "$WORK/here"
say "keep h3 cat $WORK/here"
rm "$WORK/here"
echo 'keep h3 sleep 30.98417' >&8
check 'a command is under way' wait_until "$DEADLINE" runs 30.98417
shell_kill KILL
like 'attach after kill -9 tells what cannot be run again' "$("$ESPALIER" attach "$NET" <<<'r1 ip rule' 2>&1)" \
	'was undone.*done again: h3: cat.*lookup 101'
check 'destroyed' "$ESPALIER" destroy "$NET"
network
check 'the saved network loads, in which commands are kept, too' batch <<<"source $lab
expect r1 ip rule prints 'lookup 101'
for i in 2 3 { add router r\$i; keep r\$i ip rule add from 10.\$i.0.0/16 table 10\$i }
expect r3 ip rule prints '10.3.0.0/16 lookup 103'"
finish
