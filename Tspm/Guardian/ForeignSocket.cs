using System.Globalization;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux.Sockets;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// The control socket as a service manager passes it on (man 3 sd_listen_fds): one, bound to the place where this
/// home's socket belongs.
/// </summary>
internal static class ForeignSocket
{
    /// <summary>SD_LISTEN_FDS_START.</summary>
    const int First = 3;

    /// <summary>Not open: there is none.</summary>
    /// <exception cref="HomeException">There is one, for another place: clients would not find this daemon.</exception>
    public static Descriptor Find(TspmHome home)
    {
        if (Environment.GetEnvironmentVariable("LISTEN_PID") != Unistd.getpid().ToString(CultureInfo.InvariantCulture)
            || Environment.GetEnvironmentVariable("LISTEN_FDS") is not { Length: > 0 } count) return default;
        if (count != "1" || SocketFiles.PathOf(First) is not { } path || path != home.SocketPath)
            throw new HomeException($"the service manager passes "
                + $"{(count == "1" ? SocketFiles.PathOf(First) ?? "another kind of socket" : count + " sockets")}, "
                + $"but this daemon's is {home.SocketPath}; correct ListenStream= of its socket unit");
        _ = Fcntl.fcntl(First, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
        return Descriptor.Own(First);
    }
}
