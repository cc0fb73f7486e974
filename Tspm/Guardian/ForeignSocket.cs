using System.Globalization;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux.Sockets;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// The control socket that a service manager passes (man 3 sd_listen_fds). There must be exactly one, bound to the
/// socket path of this home.
/// </summary>
internal static class ForeignSocket
{
    /// <summary>SD_LISTEN_FDS_START.</summary>
    const int First = 3;

    /// <summary>Finds the passed socket.</summary>
    /// <returns>A descriptor that is not open if no socket was passed.</returns>
    /// <exception cref="HomeException">A socket with another path was passed, on which clients would not find this
    /// daemon.</exception>
    public static Descriptor Find(TspmHome home)
    {
        if (Environment.GetEnvironmentVariable("LISTEN_PID") != Unistd.getpid().ToString(CultureInfo.InvariantCulture)
            || Environment.GetEnvironmentVariable("LISTEN_FDS") is not { Length: > 0 } count) return default;
        if (count != "1" || SocketFiles.PathOf(First) is not { } path || path != home.SocketPath)
        {
            var passed = count == "1" ? SocketFiles.PathOf(First) ?? "another kind of socket" : count + " sockets";
            throw new HomeException($"the service manager passed {passed}, but the control socket of this daemon is "
                + $"{home.SocketPath}; correct ListenStream= in the socket unit");
        }
        _ = Fcntl.fcntl(First, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
        return Descriptor.Own(First);
    }
}
