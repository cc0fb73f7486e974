using System.Text;
using Tspm.Client.Defining;
using Tspm.Client.Terminal;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Client.Connection;

/// <summary>
/// The user's ssh, which runs <c>tspm dial-stdio</c> on another machine. It reads and writes one end of a socket pair,
/// and the client uses the other end in place of the control socket. Tspm has no port, key or secret of its own: ssh
/// decides who may connect, and asks its questions on the terminal.
/// </summary>
internal sealed class RemoteLink : IDisposable
{
    /// <summary>ssh's exit code for a failed connection, and a shell's for a program that was not found.</summary>
    const int SshFailed = 255, NotFound = 127;

    /// <summary>
    /// ssh itself detects a dead link: while it connects, and later by keep-alive messages without an answer, within
    /// 9 seconds.
    /// </summary>
    static readonly string[] Options = ["-T", "-o", "ConnectTimeout=8", "-o", "ServerAliveInterval=3", "-o",
        "ServerAliveCountMax=2"];

    /// <summary>ssh asks nothing, and fails if it would have to.</summary>
    static readonly string[] SilentOptions = ["-o", "BatchMode=yes"];

    /// <summary>How long to wait for the messages of an ssh that has ended.</summary>
    const int MessageMilliseconds = 200;

    const int MostMessageBytes = 64 << 10;

    readonly RemoteHost _host;
    readonly int _pid;

    /// <summary>What ssh prints; not open if it prints on the terminal.</summary>
    readonly Descriptor _messages;

    bool _isReaped;

    RemoteLink(RemoteHost host, int pid, Descriptor messages) => (_host, _pid, _messages) = (host, pid, messages);

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
        string[] silence = host.IsSilent ? SilentOptions : [];
        using var messages = MessagePipe(host, out var madePipe);
        using var pipe = madePipe;
        var started = PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = ssh,
            Arguments = ["ssh", .. Options, .. silence, .. port, "--", host.Target,
                mayStart ? "tspm dial-stdio --greet --launch" : "tspm dial-stdio --greet"],
            Environment = ClientContextBuilder.KeptEnvironment(),
            Descriptors =
            [
                ChildDescriptor.Copy(theirs.Number, ChildDescriptor.StandardInput),
                ChildDescriptor.Copy(theirs.Number, ChildDescriptor.StandardOutput),
                ChildDescriptor.Copy(
                    pipe.IsOpen ? pipe.Number : ChildDescriptor.StandardError, ChildDescriptor.StandardError),
            ],
        });
        if (!started.IsStarted) throw Failure(started.Reason);
        descriptor = near.Move();
        return new RemoteLink(host, started.Pid, messages.IsOpen ? messages.Move() : default);

        static DaemonException Failure(string reason) => new(LocalError.Unreachable, $"cannot run ssh: {reason}");
    }

    /// <summary>Makes a pipe for the messages of a silent ssh.</summary>
    /// <returns>The end to read; not open if ssh prints on the terminal.</returns>
    static Descriptor MessagePipe(RemoteHost host, out Descriptor writeEnd)
    {
        writeEnd = default;
        return host.IsSilent && Descriptors.Pipe(out var readEnd, out writeEnd) ? readEnd : default;
    }

    /// <summary>What ssh said last, as the end of a sentence.</summary>
    string Message()
    {
        if (!_messages.IsOpen) return "; for the reason, see ssh's message above";
        var bytes = new List<byte>();
        PipeReading.ReadToEnd(
            _messages.Number, bytes, Environment.TickCount64 + MessageMilliseconds, MostMessageBytes);
        var lines = Encoding.UTF8.GetString([.. bytes]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "" : $": {ControlText.Escape(lines[^1].Trim())}";
    }

    /// <summary>Reaps ssh when it has ended, without waiting for that.</summary>
    public void Dispose()
    {
        _messages.Dispose();
        // A command ends soon, and its children are reaped then; a screen would collect them.
        if (_isReaped || !_host.IsSilent) return;
        _isReaped = true;
        new Thread(() => ChildEnd.Wait(_pid)) { IsBackground = true, Name = nameof(RemoteLink) }.Start();
    }

    /// <summary>Explains why the other end has closed. Waits for ssh, which ends then.</summary>
    public DaemonException Explain()
    {
        var code = ChildEnd.Wait(_pid).Code ?? SshFailed;
        _isReaped = true;
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
                    $"the connection to {_host} failed or was lost{Message()}"),
            _ => new DaemonException(LocalError.Unreachable, $"tspm on {_host} exited with code {code}"),
        };
    }
}
