using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Tests.Guards;

/// <summary>
/// Every native constant and structure is compared with what a C program prints on this machine. Without a C compiler
/// there is nothing to compare with, and the tests say so by being skipped.
/// </summary>
[Timeout(120_000)]
public class NativeAbiTests
{
    const string Headers = """
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <stddef.h>
        #include <fcntl.h>
        #include <unistd.h>
        #include <time.h>
        #include <termios.h>
        #include <errno.h>
        #include <malloc.h>
        #include <signal.h>
        #include <spawn.h>
        #include <sched.h>
        #include <poll.h>
        #include <pwd.h>
        #include <grp.h>
        #include <dirent.h>
        #include <sys/stat.h>
        #include <sys/mman.h>
        #include <sys/ioctl.h>
        #include <sys/mman.h>
        #include <sys/file.h>
        #include <sys/wait.h>
        #include <sys/epoll.h>
        #include <sys/eventfd.h>
        #include <sys/inotify.h>
        #include <sys/signalfd.h>
        #include <sys/prctl.h>
        #include <sys/socket.h>
        #include <sys/un.h>
        #include <sys/uio.h>
        #include <netdb.h>
        #include <sys/resource.h>
        #include <sys/syscall.h>
        #include <netinet/in.h>
        #include <netinet/tcp.h>
        #include <linux/netlink.h>
        #include <linux/sock_diag.h>
        #include <linux/inet_diag.h>
        #ifndef P_PIDFD
        #define P_PIDFD 3
        #endif
        """;

    /// <summary>Newer than the headers we may meet, or our own.</summary>
    static readonly string[] NotInHeaders = ["PIDFD_GET_INFO", "PIDFD_INFO_EXIT", "CLOSE_RANGE_CLOEXEC",
        "IOPRIO_WHO_PROCESS", "IOPRIO_CLASS_IDLE", "IOPRIO_CLASS_SHIFT"];

    [Test]
    public async Task Constants_have_the_values_of_the_c_headers(CancellationToken cancellation)
    {
        var ours = Constants().ToList();
        await Assert.That(ours.Count).IsGreaterThan(150);
        var program = string
            .Join('\n',
                ours.Select(entry =>
                    $"printf(\"{entry.Name}=%lld\\n\", (long long)(unsigned long long)({entry.Name}));"));
        var theirs = await RunC(program, cancellation);
        Skip.When(theirs is null, "no C compiler");
        await Assert.That(string.Join('\n', ours.Select(entry => $"{entry.Name}={entry.Value}")))
            .IsEqualTo(theirs!.TrimEnd());
    }

    [Test]
    public async Task Structures_have_the_sizes_and_offsets_of_the_c_headers(CancellationToken cancellation)
    {
        var layout = Layout();
        var program = string
            .Join('\n', layout.Select(entry => $"printf(\"{entry.C}=%lld\\n\", (long long)({entry.C}));"));
        var theirs = await RunC(program, cancellation);
        Skip.When(theirs is null, "no C compiler");
        await Assert.That(string.Join('\n',
            layout.Select(entry => $"{entry.C}={entry.Ours.ToString(CultureInfo.InvariantCulture)}")))
                .IsEqualTo(theirs!.TrimEnd());
    }

    /// <summary>Every upper-case constant of the native classes and the signals of the model.</summary>
    static IEnumerable<(string Name, long Value)> Constants()
    {
        var classes = typeof(Fcntl).Assembly.GetTypes().Where(type => type.Namespace == typeof(Fcntl).Namespace)
            .Append(typeof(Signals)).OrderBy(type => type.Name, StringComparer.Ordinal);
        foreach (var type in classes)
        {
            foreach (var field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            {
                if (!field.Name.All(letter =>
                    char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter) || letter == '_')) continue;
                if (NotInHeaders.Contains(field.Name)
                    || field.Name.StartsWith("SYS_", StringComparison.Ordinal)
                        && !field.Name.Contains("pidfd", StringComparison.Ordinal)) continue;
                yield return field.GetValue(null) switch
                {
                    int value => (field.Name, value),
                    uint value => (field.Name, value),
                    short value => (field.Name, value),
                    long value => (field.Name, value),
                    nint value => (field.Name, value),
                    ulong value => (field.Name, unchecked((long)value)),
                    var other => throw new InvalidOperationException($"{field.Name} is a {other?.GetType()}"),
                };
            }
        }
    }

    static unsafe List<(string C, long Ours)> Layout() =>
    [
        ("sizeof(struct statx)", sizeof(StatxBuffer)),
        .. Fields<StatxBuffer>("struct statx", "stx_nlink", "stx_uid", "stx_gid", "stx_mode", "stx_ino", "stx_size",
            "stx_dev_major", "stx_dev_minor"),
        ("offsetof(struct statx, stx_mtime.tv_sec)", Marshal.OffsetOf<StatxBuffer>("stx_mtime_sec")),
        ("offsetof(struct statx, stx_mtime.tv_nsec)", Marshal.OffsetOf<StatxBuffer>("stx_mtime_nsec")),
        ("sizeof(siginfo_t)", sizeof(Siginfo)),
        .. Fields<Siginfo>("siginfo_t", "si_signo", "si_errno", "si_code", "si_pid", "si_uid", "si_status"),
        ("sizeof(sigset_t)", sizeof(SignalSet)),
        ("sizeof(struct sigaction)", sizeof(SignalAction)),
        ("sizeof(struct signalfd_siginfo)", sizeof(SignalfdSiginfo)),
        .. Fields<SignalfdSiginfo>("struct signalfd_siginfo", "ssi_signo", "ssi_code", "ssi_pid", "ssi_uid",
            "ssi_status"),
        ("sizeof(struct epoll_event)", SysEpoll.EventSize),
        ("offsetof(struct epoll_event, data)", SysEpoll.DataOffset),
        ("sizeof(struct pollfd)", sizeof(PollFd)),
        .. Fields<PollFd>("struct pollfd", "fd", "events", "revents"),
        ("sizeof(struct termios)", sizeof(TerminalAttributes)),
        .. Fields<TerminalAttributes>("struct termios", "c_iflag", "c_oflag", "c_cflag", "c_lflag", "c_line", "c_cc",
            "c_ispeed", "c_ospeed"),
        ("sizeof(struct rlimit)", sizeof(ResourceLimit)),
        .. Fields<ResourceLimit>("struct rlimit", "rlim_cur", "rlim_max"),
        ("sizeof(struct ucred)", sizeof(Ucred)),
        .. Fields<Ucred>("struct ucred", "pid", "uid", "gid"),
        ("sizeof(struct sockaddr_un)", sizeof(SockaddrUn)),
        .. Fields<SockaddrUn>("struct sockaddr_un", "sun_family", "sun_path"),
        ("sizeof(struct msghdr)", sizeof(MessageHeader)),
        .. Fields<MessageHeader>("struct msghdr", "msg_name", "msg_namelen", "msg_iov", "msg_iovlen", "msg_control",
            "msg_controllen", "msg_flags"),
        ("sizeof(struct nlmsghdr)", sizeof(NetlinkHeader)),
        .. Fields<NetlinkHeader>("struct nlmsghdr", "nlmsg_len", "nlmsg_type", "nlmsg_flags", "nlmsg_seq", "nlmsg_pid"),
        ("sizeof(struct inet_diag_sockid)", sizeof(InetDiagSocketId)),
        .. Fields<InetDiagSocketId>(
            "struct inet_diag_sockid", "idiag_sport", "idiag_src", "idiag_dst", "idiag_if", "idiag_cookie"),
        ("sizeof(struct inet_diag_req_v2)", sizeof(InetDiagRequest)),
        .. Fields<InetDiagRequest>("struct inet_diag_req_v2", "sdiag_family", "sdiag_protocol", "idiag_states", "id"),
        ("sizeof(struct inet_diag_msg)", sizeof(InetDiagMessage)),
        .. Fields<InetDiagMessage>("struct inet_diag_msg", "idiag_family", "id", "idiag_uid", "idiag_inode"),
        ("sizeof(struct iovec)", sizeof(IoVector)),
        .. Fields<IoVector>("struct iovec", "iov_base", "iov_len"),
        ("CMSG_SPACE(sizeof(int))", sizeof(ControlMessageOfOneFd)),
        ("CMSG_LEN(sizeof(int))", ControlMessageOfOneFd.Length),
        .. Fields<ControlMessageOfOneFd>("struct cmsghdr", "cmsg_len", "cmsg_level", "cmsg_type"),
        ("sizeof(struct cmsghdr)", Marshal.OffsetOf<ControlMessageOfOneFd>("fd")),
        ("sizeof(struct passwd)", sizeof(Passwd)),
        .. Fields<Passwd>("struct passwd", "pw_name", "pw_passwd", "pw_uid", "pw_gid", "pw_gecos", "pw_dir",
            "pw_shell"),
        ("sizeof(struct group)", sizeof(Group)),
        .. Fields<Group>("struct group", "gr_name", "gr_passwd", "gr_gid", "gr_mem"),
        ("offsetof(struct dirent, d_name)", Dirent.NameOffset),
        ("sizeof(posix_spawn_file_actions_t)", sizeof(SpawnFileActions)),
        ("sizeof(posix_spawnattr_t)", sizeof(SpawnAttributes)),
    ];

    static IEnumerable<(string C, long Ours)> Fields<T>(string type, params string[] names) =>
        names.Select(name => ($"offsetof({type}, {name})", (long)Marshal.OffsetOf<T>(name)));

    /// <summary>What a C program with these statements prints; null: there is no compiler.</summary>
    static async Task<string?> RunC(string statements, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("tspm-abi-").FullName;
        try
        {
            var source = Path.Combine(folder, "abi.c");
            var program = Path.Combine(folder, "abi");
            await File.WriteAllTextAsync(source, $"{Headers}\nint main(void) {{\n{statements}\nreturn 0; }}\n",
                cancellation);
            var compiler = new[] { "/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang" }.FirstOrDefault(File.Exists);
            if (compiler is null) return null;
            await Run(compiler, ["-w", "-o", program, source], cancellation);
            return await Run(program, [], cancellation);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    static async Task<string> Run(string program, string[] arguments, CancellationToken cancellation)
    {
        using var process = Process
            .Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true
            })!;
        var error = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program}: {await error}");
    }
}
