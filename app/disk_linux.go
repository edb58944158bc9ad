package app

import "syscall"

// networks are the file systems on which SQLite's locks cannot be relied upon, by the kernel's numbers.
var networks = map[int64]string{
	0x6969: "NFS", 0x517b: "SMB", 0xff534d42: "CIFS", 0xfe534d42: "SMB2", 0x01021997: "9P", 0x00c36400: "Ceph", 0x65735546: "FUSE",
}

// diskSpace answers how many bytes are free for this user where dir is, and the name of the file system when it is a network's.
func diskSpace(dir string) (free int64, network string, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, "", err
	}
	return int64(s.Bavail) * int64(s.Bsize), networks[int64(s.Type)], nil
}
