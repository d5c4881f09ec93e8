package schedule
import ("testing";"os";"math/rand";"time")
func TestTmp(t *testing.T){
 body,_:=os.ReadFile("testdata/cases.json")
 r:=rand.New(rand.NewSource(1))
 st:=time.Now(); n:=0; ok:=0
 for time.Since(st)<8*time.Second {
  b:=append([]byte{},body...)
  for range 1+r.Intn(3) { i:=r.Intn(len(b)); if r.Intn(2)==0 {b[i]=byte('0'+r.Intn(10))} else {b=append(b[:i],b[i+1:]...)} }
  s:=time.Now()
  _,err:=Check(b); if err==nil{ok++}
  if d:=time.Since(s); d>200*time.Millisecond { os.WriteFile("/tmp/slow.json",b,0o644); t.Log("slow",d) }
  n++
 }
 t.Log(n,ok)
}
