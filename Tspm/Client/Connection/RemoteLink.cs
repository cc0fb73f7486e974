using Tspm.Client.Defining;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Client.Connection;

/// <summary>
/// The user's ssh, running <c>tspm dial-stdio</c> on another machine: what it reads and writes is one end of a socket,
/// the other is the client's in place of the control socket. No port, no key and no secret of ours: who may come in is
/// ssh's own business, and its questions go to the terminal.
/// </summary>
internal sealed class RemoteLink
{
    /// <summary>ssh's own code for a connection that failed, and a shell's for a program that is not there.</summary>
    const int SshFailed = 255, NotFound = 127;

    /// <summary>
    /// A dead link is found out by ssh itself: while it connects, and later by questions that stay without answer, the
    /// last of them after 9 seconds.
    /// </summary>
    static readonly string[] Options = ["-T", "-o", "ConnectTimeout=8", "-o", "ServerAliveInterval=3", "-o",
        "ServerAliveCountMax=2"];

    readonly RemoteHost _host;
    readonly int _pid;

    RemoteLink(RemoteHost host, int pid) => (_host, _pid) = (host, pid);

    /// <param name="host">Whom to dial.</param>
    /// <param name="mayStart">The daemon there is started when none answers.</param>
    /// <param name="descriptor">Our end.</param>
    public static RemoteLink Dial(RemoteHost host, bool mayStart, out Descriptor descriptor)
    {
        var (ssh, failure) = ProgramLookup.Find("ssh", "/", Environment.GetEnvironmentVariable("PATH"));
        if (ssh is null)
            throw new DaemonException(LocalError.Unreachable, $"{failure!.Sentence}: install ssh to reach {host}");
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

    /// <summary>What to say when the other end has closed. Waits until ssh has ended, which it does then.</summary>
    public DaemonException Explain()
    {
        var code = ChildEnd.Wait(_pid).Code ?? SshFailed;
        return code switch
        {
            0 =>
                new DaemonException(LocalError.Disconnected,
                    $"the daemon on {_host} closed the connection; it may have been stopped or have crashed: tspm "
                        + "status"),
            ExitCodes.NotRunning =>
                new DaemonException(LocalError.NotRunning,
                    $"no daemon is running on {_host}; start one with: tspm daemon start"),
            ExitCodes.NotPermitted =>
                new DaemonException(LocalError.NotPermitted,
                    $"you may not use the daemon on {_host}: permission denied"),
            ExitCodes.Usage =>
                new DaemonException(LocalError.Unreachable,
                    $"the tspm on {_host} does not know how to be called from elsewhere (dial-stdio): upgrade it"),
            NotFound =>
                new DaemonException(LocalError.Unreachable,
                    $"there is no tspm in the PATH that ssh gives on {_host}; put it where every shell finds it, such "
                        + "as /usr/local/bin"),
            SshFailed =>
                new DaemonException(LocalError.Unreachable,
                    $"the connection to {_host} failed or broke; ssh may have said why above"),
            _ => new DaemonException(LocalError.Unreachable, $"tspm on {_host} ended with code {code}"),
        };
    }
}
