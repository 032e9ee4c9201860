package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The lines that nmap 7.93 printed for a Linux 6.18 host on a veth pair.
const measuredWrapped = `OS:SCAN(V=7.93%E=4%D=11/21%OT=80%CT=70%CU=70%PV=Y%DS=1%DC=D%G=Y%M=4E1F7B%TM
OS:=6B01442F%P=x86_64-pc-linux-gnu)SEQ(SP=102%GCD=1%ISR=10F%TI=Z%CI=Z%II=I%
OS:TS=22)OPS(O1=M5B4ST11NWA%O2=M5B4ST11NWA%O3=M5B4NNT11NWA%O4=M5B4ST11NWA%O
OS:5=M5B4ST11NWA%O6=M5B4ST11)WIN(W1=FE88%W2=FE88%W3=FE88%W4=FE88%W5=FE88%W6
OS:=FE88)ECN(R=Y%DF=Y%T=40%W=FAF0%O=M5B4NNSNWA%CC=Y%Q=)T1(R=Y%DF=Y%T=40%S=O
OS:%A=S+%F=AS%RD=0%Q=)T2(R=N)T3(R=N)T4(R=Y%DF=Y%T=40%W=0%S=A%A=Z%F=R%O=%RD=
OS:0%Q=)T5(R=Y%DF=Y%T=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)T6(R=Y%DF=Y%T=40%W=0%
OS:S=A%A=Z%F=R%O=%RD=0%Q=)T7(R=Y%DF=Y%T=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)U1(
OS:R=Y%DF=N%T=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)IE(R=Y%DFI=
OS:N%T=40%CD=S)
`

func TestWrap(t *testing.T) {
	oneTestALine := strings.ReplaceAll(strings.ReplaceAll(measuredWrapped, "\nOS:", ""), ")", ")\n")
	oneTestALine = strings.TrimPrefix(oneTestALine, "OS:")
	for _, tt := range []struct{ name, in, want string }{
		{"measured", oneTestALine, measuredWrapped},
		{"empty", "", ""},
		{"one test", "SEQ(SP=FF)", "OS:SEQ(SP=FF)\n"},
		{"just full", strings.Repeat("x", 72), "OS:" + strings.Repeat("x", 72) + "\n"},
		{"one more", strings.Repeat("x", 73), "OS:" + strings.Repeat("x", 72) + "\nOS:x\n"},
		{"not ASCII", strings.Repeat("é", 73), "OS:" + strings.Repeat("é", 72) + "\nOS:é\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Wrap(tt.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
