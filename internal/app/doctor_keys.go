package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"firehall/internal/doctor"
	"firehall/internal/secret"
	"firehall/internal/store"
	"firehall/internal/team"
)

// keys looks at the secret key's file: whether the next start finds the right
// one there, and who else may read it.
func (p *patient) keys(ctx context.Context) []doctor.Diagnosis {
	path := p.config.SecretKeyFile
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []doctor.Diagnosis{doctor.Bad("there is no secret key in "+path+": a node that starts cannot open the secrets in the database", "put your copy of it back, mode 0600, before a node is started")}
	case err != nil:
		return []doctor.Diagnosis{doctor.Bad("the secret key in "+path+" cannot be looked at: "+reason(err), "run this as the user that runs Firehall")}
	case info.Mode().Perm()&0o077 != 0:
		return []doctor.Diagnosis{doctor.Bad(fmt.Sprintf("others on this machine may read the secret key in %s (mode %04o): no node starts with it", path, info.Mode().Perm()), "chmod 600 "+path)}
	}
	box, err := secret.LoadOrMake(path)
	if err != nil {
		return []doctor.Diagnosis{doctor.Bad("the secret key in "+path+" cannot be used: "+reason(err), "put your copy of it back, mode 0600, before a node is started")}
	}
	i, err := p.inspect(ctx)
	switch check := i.Facts[store.FactKeyCheck]; {
	case err != nil:
		return append(lookFailed(), p.besideBackups()...)
	case check != "" && !box.Matches(check):
		return []doctor.Diagnosis{doctor.Bad("the secret key in "+path+" is not that of this database: no node starts with it", "put your copy of the right one back, mode 0600, before a node is started")}
	}
	return append([]doctor.Diagnosis{doctor.Good("the secret key in " + path + " is the database's, and nobody else may read it; keep a copy apart from backups")}, p.besideBackups()...)
}

// maxKey is more than any key file holds, in bytes.
const maxKey = 1024

// besideBackups looks for a copy of the key where backups are.
func (p *patient) besideBackups() []doctor.Diagnosis {
	key, err := os.ReadFile(p.config.SecretKeyFile)
	if err != nil {
		return nil
	}
	folder := filepath.Join(p.config.Data, BackupFolder)
	files, _ := os.ReadDir(folder)
	for _, f := range files {
		info, err := f.Info()
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxKey {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err == nil && bytes.Equal(bytes.TrimSpace(text), bytes.TrimSpace(key)) {
			return []doctor.Diagnosis{doctor.Bad(fmt.Sprintf("a copy of the secret key lies beside the backups, in %s: who has that folder has everything", f.Name()), "keep the key's copy in another place, and delete this one")}
		}
	}
	return nil
}

// bootstrap says whether the bootstrap token has done its work.
func (a *App) bootstrap(ctx context.Context, setup *store.Setup) []doctor.Diagnosis {
	if a.opts.Config.BootstrapToken == "" {
		return nil
	}
	tokens, err := a.db.Tokens(ctx)
	if err != nil {
		return lookFailed()
	}
	owned := slices.ContainsFunc(tokens, func(t store.Token) bool {
		role := t.Role
		if t.Person != "" {
			role = setup.People[t.Person].Role
		}
		valid := t.ExpiresAt.IsZero() || t.ExpiresAt.After(a.opts.Now())
		return valid && role == team.Owner && slices.Contains(t.Scopes, team.ScopeSetup)
	})
	if owned {
		return []doctor.Diagnosis{doctor.Warn("FIREHALL_BOOTSTRAP_TOKEN is still set, and an owner has a token: who finds it in the settings is an owner too", "take it out of the settings and restart")}
	}
	return []doctor.Diagnosis{doctor.Good("FIREHALL_BOOTSTRAP_TOKEN is set, and no owner has a token with the scope setup yet")}
}
