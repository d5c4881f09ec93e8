package app

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"

	"firehall/internal/doctor"
)

// space is the room of a file system.
type space struct {
	Free, Total   int64 // bytes; Free for who runs this program
	Files, OfAll  int64 // names that may still be made; 0 of 0 where that has no limit
	Kind          fileSystem
	Device, Inode uint64 // tell one from another
}

type fileSystem int64

// File systems on which SQLite's database is not safe, by the numbers of
// statfs(2).
const (
	inMemory fileSystem = 0x01021994 // tmpfs
	nfs      fileSystem = 0x6969
	smb      fileSystem = 0x517b
	cifs     fileSystem = 0xff534d42
	smb2     fileSystem = 0xfe534d42
)

// spaceOf asks the system.
func spaceOf(folder string) (space, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return space{}, err
	}
	var at syscall.Stat_t
	if err := syscall.Stat(folder, &at); err != nil {
		return space{}, err
	}
	block := int64(s.Bsize)
	return space{
		Free: int64(s.Bavail) * block, Total: int64(s.Blocks) * block, Files: int64(s.Ffree), OfAll: int64(s.Files),
		Kind: fileSystem(uint32(s.Type)), Device: uint64(at.Dev), Inode: at.Ino,
	}, nil
}

// Limits of room, in bytes.
const (
	noRoom     = 256 << 20
	littleRoom = 1 << 30
)

// disk says how much room is left where Firehall writes.
func (p *patient) disk(ctx context.Context) []doctor.Diagnosis {
	var bytes int64
	if i, err := p.inspect(ctx); err == nil {
		bytes = i.Bytes // a backup needs as much
	}
	sqlite := p.config.DatabaseURL == ""
	data, err := p.space(p.config.Data)
	if err != nil {
		return []doctor.Diagnosis{doctor.Bad(fmt.Sprintf("the data folder %s cannot be looked at: %s", p.config.Data, reason(err)), "look whether it is there, and name it with --data")}
	}
	out := []doctor.Diagnosis{room("the data folder", p.config.Data, data, bytes)}
	if sqlite {
		out = append(out, fit(data)...)
	}
	folder := filepath.Join(p.config.Data, BackupFolder)
	if other, err := p.space(folder); err == nil && other.Device != data.Device {
		out = append(out, room("the folder of backups", folder, other, bytes))
	}
	return out
}

// room judges the room in one folder, in which a backup of so many bytes must
// find room.
func room(what, folder string, s space, backup int64) doctor.Diagnosis {
	sentence := fmt.Sprintf("%s %s has %s free of %s", what, folder, size(s.Free), size(s.Total))
	const mend = "make room, or move the folder to a larger disk"
	switch {
	case s.Free < noRoom:
		return doctor.Bad(sentence+": once it is full messages are answered 503", mend)
	case s.OfAll > 0 && s.Files < s.OfAll/100:
		return doctor.Bad(fmt.Sprintf("%s %s can hold only %d more files", what, folder, s.Files), "delete small files on that disk, or move the folder")
	case s.Free < backup:
		return doctor.Warn(fmt.Sprintf("%s: the next backup may need %s", sentence, size(backup)), "make room, or keep fewer backups (installation.backup)")
	case s.Free < littleRoom:
		return doctor.Warn(sentence, mend)
	}
	return doctor.Good(sentence)
}

// fit says whether a file system keeps what SQLite wrote.
func fit(s space) []doctor.Diagnosis {
	switch s.Kind {
	case nfs, smb, cifs, smb2:
		return []doctor.Diagnosis{doctor.Bad("the data folder is on a network file system: SQLite's locks do not hold there, and the database may be destroyed", "move it to a disk of this machine, or use PostgreSQL")}
	case inMemory:
		return []doctor.Diagnosis{doctor.Warn("the data folder is in memory: it is empty after the next start of this machine", "move it to a disk")}
	}
	return nil
}

// messages says how much of their room messages take.
func (a *App) messages(ctx context.Context) []doctor.Diagnosis {
	n, bytes, err := a.db.MessagesSize(ctx)
	if err != nil {
		return lookFailed()
	}
	limit := a.opts.Retain.Bytes
	sentence := fmt.Sprintf("%s kept, %s of %s", count(n, "message is", "messages are"), size(bytes), size(limit))
	if bytes > limit/10*9 {
		return []doctor.Diagnosis{doctor.Warn(sentence+": the oldest are deleted before their fourteen days are over", "look which source sends so much (firehall why --source), and give it a limit")}
	}
	return []doctor.Diagnosis{doctor.Good(sentence)}
}
