using Tspm.Client.Defining;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Client.Connection;

/// <summary>
/// The user's ssh, which runs <c>tspm dial-stdio</c> on another machine. It reads and writes one end of a socket pair,
/// and the client uses the other end in place of the control socket. Tspm has no port, key or secret of its own: ssh
/// decides who may connect, and asks its questions on the terminal.
/// </summary>
internal sealed class RemoteLink
{
    /// <summary>ssh's exit code for a failed connection, and a shell's for a program that was not found.</summary>
    const int SshFailed = 255, NotFound = 127;

    /// <summary>
    /// ssh itself detects a dead link: while it connects, and later by keep-alive messages without an answer, within
    /// 9 seconds.
    /// </summary>
    static readonly string[] Options = ["-T", "-o", "ConnectTimeout=8", "-o", "ServerAliveInterval=3", "-o",
        "ServerAliveCountMax=2"];

    readonly RemoteHost _host;
    readonly int _pid;

    RemoteLink(RemoteHost host, int pid) => (_host, _pid) = (host, pid);

    /// <summary>Starts ssh.</summary>
    /// <param name="host">The machine to connect to.</param>
    /// <param name="mayStart">Whether to start the daemon there if none answers.</param>
    /// <param name="descriptor">Our end of the socket pair.</param>
    public static RemoteLink Dial(RemoteHost host, bool mayStart, out Descriptor descriptor)
    {
        var (ssh, failure) = ProgramLookup.Find("ssh", "/", Environment.GetEnvironmentVariable("PATH"));
        if (ssh is null)
            throw new DaemonException(LocalError.Unreachable, $"{failure!.Sentence}; install ssh to reach {host}");
        if (!Descriptors.StreamPair(out var ours, out var madeTheirs)) throw Failure(Descriptors.LastProblem);
        using var near = ours;
        using var theirs = madeTheirs;
        string[] port = host.Port is { } number ? ["-p", number] : [];
        var started = PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = ssh,
            Arguments = ["ssh", .. Options, .. port, "--", host.Target,
                mayStart ? "tspm dial-stdio --greet --launch" : "tspm dial-stdio --greet"],
            Environment = ClientContextBuilder.KeptEnvironment(),
            Descriptors =
            [
                ChildDescriptor.Copy(theirs.Number, ChildDescriptor.StandardInput),
                ChildDescriptor.Copy(theirs.Number, ChildDescriptor.StandardOutput),
            ],
        });
        if (!started.IsStarted) throw Failure(started.Reason);
        descriptor = near.Move();
        return new RemoteLink(host, started.Pid);

        static DaemonException Failure(string reason) => new(LocalError.Unreachable, $"cannot run ssh: {reason}");
    }

    /// <summary>Explains why the other end has closed. Waits for ssh, which ends then.</summary>
    public DaemonException Explain()
    {
        var code = ChildEnd.Wait(_pid).Code ?? SshFailed;
        return code switch
        {
            0 =>
                new DaemonException(LocalError.Disconnected,
                    $"the daemon on {_host} closed the connection; it may have been stopped or have crashed. "
                        + "See: tspm status"),
            ExitCodes.NotRunning =>
                new DaemonException(LocalError.NotRunning,
                    $"no daemon is running on {_host}; start one with: tspm daemon start"),
            ExitCodes.NotPermitted =>
                new DaemonException(LocalError.NotPermitted,
                    $"permission denied: you may not use the daemon on {_host}"),
            ExitCodes.Usage =>
                new DaemonException(LocalError.Unreachable,
                    $"the tspm on {_host} is too old for remote use (it has no dial-stdio); upgrade it"),
            NotFound =>
                new DaemonException(LocalError.Unreachable,
                    $"tspm was not found on {_host}; install it in a directory that is on the PATH of ssh sessions, "
                        + "such as /usr/local/bin"),
            SshFailed =>
                new DaemonException(LocalError.Unreachable,
                    $"the connection to {_host} failed or was lost; for the reason, see ssh's message above"),
            _ => new DaemonException(LocalError.Unreachable, $"tspm on {_host} exited with code {code}"),
        };
    }
}
