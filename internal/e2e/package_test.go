package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTheProxiesOfTheOperationsPage puts each proxy of the page, as it stands
// there, in front of a node, and lets the doctor look through it.
func TestTheProxiesOfTheOperationsPage(t *testing.T) {
	page := readPage(t)
	for name, run := range map[string]func(t *testing.T, dir, block string){"nginx": runNginx, "caddy": runCaddy} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(name); err != nil {
				t.Skipf("there is no %s here: its block of the page was not tried", name)
			}
			found := regexp.MustCompile("(?s)<!-- " + name + " -->\n```[a-z]+\n(.*?)```").FindStringSubmatch(page)
			if found == nil {
				t.Fatalf("the page has no block for %s", name)
			}
			dir, secure, plain := t.TempDir(), freePort(t), freePort(t)
			_, port, _ := net.SplitHostPort(secure)
			certificateFor(t, dir, "localhost")
			block := strings.NewReplacer(
				"127.0.0.1:8080", plain, "listen 443", "listen "+secure, "/etc/ssl/firehall", dir,
				"server_name firehall.example.com", "server_name localhost", "firehall.example.com {", "https://localhost:"+port+" {\n\ttls "+dir+"/fullchain.pem "+dir+"/privkey.pem\n",
			).Replace(found[1])
			run(t, dir, block)
			throughProxy(t, dir, plain, "https://localhost:"+port)
		})
	}
}

// throughProxy starts a node behind a proxy and fails when the doctor finds
// that the proxy keeps anything from it.
func throughProxy(t *testing.T, dir, listen, public string) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, addr: listen, dir: dir, env: append(os.Environ(),
		"FIREHALL_DATA="+filepath.Join(dir, "data"), "FIREHALL_LISTEN="+listen, "FIREHALL_PUBLIC_URL="+public, "FIREHALL_TRUSTED_PROXIES=127.0.0.1",
		"FIREHALL_BOOTSTRAP_TOKEN="+token, "FIREHALL_TOKEN="+token, "FIREHALL_URL="+public, "SSL_CERT_FILE="+filepath.Join(dir, "fullchain.pem"))}
	n.start(path)
	t.Cleanup(n.kill)
	out, _ := n.run("doctor", "--json")
	var got struct {
		Items []struct{ Check, Level, Sentence string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	reached := false
	for _, f := range got.Items {
		reached = reached || f.Sentence == public+" reaches this installation from this machine"
		mine := strings.Contains(f.Sentence, "every reader's own machine") // localhost is
		if f.Check == "public address" && f.Level != "ok" && !mine {
			t.Errorf("%s: %s", f.Level, f.Sentence)
		}
	}
	if !reached {
		t.Errorf("the doctor was not let through: %s", out)
	}
	n.says(0, []string{"alerts"}) // the command line too comes through
}

// runNginx starts nginx with a server block.
func runNginx(t *testing.T, dir, block string) {
	t.Helper()
	for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		block = name + "_temp_path " + dir + "/" + name + ";\n" + block
	}
	config := "daemon off; pid " + dir + "/pid; error_log " + dir + "/error.log;\nevents {}\nhttp { access_log off;\n" + block + "}\n"
	starts(t, dir, "nginx.conf", config, "nginx", "-c", filepath.Join(dir, "nginx.conf"))
}

// runCaddy starts Caddy with a site.
func runCaddy(t *testing.T, dir, block string) {
	t.Helper()
	config := "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n" + block
	starts(t, dir, "Caddyfile", config, "caddy", "run", "--adapter", "caddyfile", "--config", filepath.Join(dir, "Caddyfile"))
}

// starts writes a configuration and starts a program with it, until t ends.
func starts(t *testing.T, dir, name, config string, command ...string) {
	t.Helper()
	write(t, dir, name, config)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	at := regexp.MustCompile(`127\.0\.0\.1:\d+ ssl|localhost:\d+`).FindString(config)
	_, port, _ := strings.Cut(strings.TrimSuffix(at, " ssl"), ":")
	reachable(t, trusting(t, dir), "https://localhost:"+port+"/healthz")
}

// trusting returns a client that believes the certificate in a folder.
func trusting(t *testing.T, dir string) *http.Client {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "fullchain.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
}

// certificateFor makes a certificate that vouches for itself.
func certificateFor(t *testing.T, dir, host string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 3, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "fullchain.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, dir, "privkey.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

// TestTheUnitForSystemd lets systemd's own tools read the unit.
func TestTheUnitForSystemd(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("there is no systemd-analyze here: the unit was not tried")
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../contrib/systemd/firehall.service")
	if err != nil {
		t.Fatal(err)
	}
	unit := write(t, t.TempDir(), "firehall.service", strings.Replace(string(text), "/usr/local/bin/firehall", path, 1))
	if out, err := exec.Command("systemd-analyze", "verify", unit).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", unit).CombinedOutput(); err != nil {
		t.Errorf("the unit lets the program do too much: %v\n%s", err, out)
	}
}

// TestTheDockerfile reads the image's recipe, and runs what of it can be run
// without Docker: its build command and its health check.
func TestTheDockerfile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			steps = append(steps, line)
		}
	}
	last := slices.Index(steps, "FROM scratch")
	if last < 0 {
		t.Fatalf("the image is not made from nothing: %q", steps)
	}
	for _, want := range []string{"USER 65532:65532", "VOLUME /data", `ENTRYPOINT ["/firehall"]`, `CMD ["serve"]`} {
		if !slices.Contains(steps[last:], want) {
			t.Errorf("the image has no %s", want)
		}
	}
	for _, step := range steps[last:] {
		if strings.HasPrefix(step, "RUN") {
			t.Errorf("there is no shell in the image for %s", step)
		}
	}
	dir := t.TempDir()
	for _, step := range steps[:last] {
		command, ok := strings.CutPrefix(step, "RUN ")
		if !ok || command == "go mod download" {
			continue
		}
		cmd := exec.Command("bash", "-c", strings.ReplaceAll(command, "/out", dir))
		cmd.Dir, cmd.Env = "../..", append(os.Environ(), "VERSION=1.2.3", "TARGETARCH="+goarch(t))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
	if out, err := exec.Command(filepath.Join(dir, "firehall"), "version").Output(); err != nil || string(out) != "firehall 1.2.3\n" {
		t.Errorf("it says %q, %v", out, err)
	}
	n := newNode(t, t.TempDir(), "")
	check := regexp.MustCompile(`HEALTHCHECK .*CMD \["/firehall", "(.*)"\]`).FindStringSubmatch(string(text))
	if check == nil {
		t.Fatal("the image has no health check")
	}
	n.says(0, []string{check[1]})
	n.kill()
	n.says(1, []string{check[1]}, "refused")
}

func goarch(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOARCH").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
