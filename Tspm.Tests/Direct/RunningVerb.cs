using System.Text;
using Tspm.Client;
using Tspm.Client.CommandLine;
using Tspm.Client.Launching;
using Tspm.Client.Output;
using Tspm.Storage;

namespace Tspm.Tests.Direct;

/// <summary>What a command came to.</summary>
internal sealed record Printed(int Code, string Out, string Err);

/// <summary>
/// One command line that is being carried out by the client's own code, on a thread of its own. What it has printed so
/// far can be read while it goes on.
/// </summary>
internal sealed class RunningVerb
{
    readonly StringBuilder _out = new(), _err = new();
    readonly TaskCompletionSource<Printed> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RunningVerb(TspmHome home, string[] args, bool onTerminal)
    {
        var session = new ClientSession(home, new NoLauncher(), Writer(_out, onTerminal), Writer(_err, onTerminal))
        {
            Pause = static _ => { },
        };
        new Thread(() => Run(session, args)) { IsBackground = true }.Start();
    }

    /// <summary>Completes when the command has ended; never fails.</summary>
    public Task<Printed> Ended => _ended.Task;

    public string Out => TextOf(_out);

    public string Err => TextOf(_err);

    /// <summary>The reader of the output has gone away, as with <c>| head</c>.</summary>
    public volatile bool IsReaderGone;

    void Run(ClientSession session, string[] args)
    {
        var code = CommandRouter.Run(session, args);
        session.Err.Flush();
        _ended.SetResult(new Printed(code, Out, Err));
    }

    OutputWriter Writer(StringBuilder into, bool isTerminal) => new(
        bytes =>
        {
            if (IsReaderGone) return false;
            lock (into) into.Append(Encoding.UTF8.GetString(bytes));
            return true;
        },
        isTerminal);

    static string TextOf(StringBuilder text)
    {
        lock (text) return text.ToString();
    }

    /// <summary>Nothing here may start a daemon.</summary>
    sealed class NoLauncher : IDaemonLauncher
    {
        public void Start() => throw new InvalidOperationException("a daemon was to be started");
    }
}
