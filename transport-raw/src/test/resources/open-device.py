"""Opens a TUN or TAP device and hands it over: open-device.py KIND NAME ADDRESS, then a socket's path
or a program with its arguments, in which {fd} stands for the descriptor."""
import fcntl, os, socket, struct, subprocess, sys

kind, name, address, how = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
flags = (1 if kind == "tun" else 2) | 0x1000
device = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(device, 0x400454CA, struct.pack("16sH22x", name.encode(), flags))
subprocess.run(["ip", "address", "add", address, "dev", name], check=True)
subprocess.run(["ip", "link", "set", name, "up"], check=True)
if len(how) == 1:
    server = socket.socket(socket.AF_UNIX)
    server.bind(how[0])
    server.listen()
    print("listening", flush=True)
    socket.send_fds(server.accept()[0], [b"x"], [device])
    os.close(device)
    sys.stdin.read()
else:
    os.set_inheritable(device, True)
    os.execvp(how[0], [each.replace("{fd}", str(device)) for each in how])
