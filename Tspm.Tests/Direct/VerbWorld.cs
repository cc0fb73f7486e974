using Tspm.Daemon.Control;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Supervision;
using Tspm.Supervision.Process;
using Tspm.Tests.Config;
using Tspm.Tests.Daemon;
using Tspm.Tests.Supervision;
using Tspm.Text;

namespace Tspm.Tests.Direct;

/// <summary>
/// A verb from its command line to the supervisor and back, in one process: the real client and the real daemon with a
/// real socket between them, on a machine that is played and with a clock that moves only when the test says so. There
/// is no daemon process, no child, and no wait for time to pass.
/// </summary>
internal sealed class VerbWorld : IDisposable
{
    /// <summary>An argument of programs that do not end when they are asked to.</summary>
    public const string Stubborn = "stubborn";

    /// <summary>A command that takes longer (in real time) is waiting for the clock.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>The clock moves this far at once while a command waits for it.</summary>
    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(50);

    readonly ManualClock _clock = new();
    readonly TemporaryFolder _folder = new();
    readonly TspmHome _cold;

    public VerbWorld()
    {
        Daemon = new SocketWorld(time: _clock);
        Daemon.Machine.Answer = Answer;
        _cold = new TspmHome(Directory.CreateDirectory(_folder.At("cold")).FullName);
    }

    public SocketWorld Daemon { get; }

    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Begins a command line, written as for a shell; <c>@/</c> is the folder of the test's files.</summary>
    /// <param name="line">The words after <c>tspm</c>.</param>
    /// <param name="onTerminal">Standard output and error are terminals.</param>
    /// <param name="isCold">In another home, in which no daemon runs.</param>
    public RunningVerb Begin(string line, bool onTerminal = false, bool isCold = false)
    {
        // With the program in front, as it is typed: some verbs are words of the shell by themselves.
        var typed = "tspm " + line.Replace("@/", _folder.Path + "/", StringComparison.Ordinal);
        var words = ShellWords.Split(typed) ?? throw new InvalidOperationException($"not a command line: {line}");
        return new RunningVerb(isCold ? _cold : Daemon.Home, [.. words.Skip(1)], onTerminal);
    }

    /// <summary>The same to its end; while it waits for time to pass, the clock moves.</summary>
    public Task<Printed> Run(string line, bool onTerminal = false, bool isCold = false) =>
        Finish(Begin(line, onTerminal, isCold));

    /// <summary>To its end; while it waits for time to pass, the clock moves.</summary>
    public async Task<Printed> Finish(RunningVerb running)
    {
        await Task.WhenAny(running.Ended, Task.Delay(Patience));
        while (!running.Ended.IsCompleted)
        {
            Advance(Turn);
            await Task.Delay(1);
        }
        return await running.Ended;
    }

    /// <summary>Something the test needs, and does not test: it has to work.</summary>
    public async Task Given(string line)
    {
        var printed = await Run(line);
        if (printed.Code != 0) throw new InvalidOperationException($"tspm {line}: {printed}");
    }

    /// <summary>Time passes, and what is due in it is done.</summary>
    public void Advance(TimeSpan by)
    {
        _clock.Advance(by);
        Step();
    }

    /// <summary>A child of this process ends by itself.</summary>
    public void Exit(string name, int code)
    {
        var key = View(name).Key;
        OnItsThread(_ => Daemon.Machine.Exit(Daemon.Machine.Only(key), new ExitStatus(code, null)));
        Step();
    }

    /// <summary>Its child prints this.</summary>
    public void Print(string name, string text)
    {
        var path = View(name).OutLog;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.AppendAllText(path, text);
        Daemon.Context.LogChanges.Notify(path);
    }

    public string Write(string file, string text) => _folder.Write(file, text);

    /// <summary>Runs on the daemon's thread, to which machine and supervisor belong.</summary>
    public void OnItsThread(Action<Tspm.Supervision.Supervisor> work) => Daemon.OnItsThread(supervisor =>
    {
        work(supervisor);
        return true;
    }).GetAwaiter().GetResult();

    /// <summary>The first instance.</summary>
    public ProcessView View(string name) => Daemon.Handle.Views().First(view => view.Definition.Name == name);

    /// <summary>Each instance and its state, such as <c>web:0 online, web:1 stopped</c>.</summary>
    public string States() => string.Join(", ", Daemon.Handle.Views().Select(static view =>
        $"{view.Definition.Name}:{view.Key.Instance} {StateNames.NameOf(view.State.Observed)}"));

    /// <summary>How often the daemon has answered this method so far with this code of an error, or 0.</summary>
    public long Answers(string method, int code) => Daemon.Context.Counters.Requests(
        Array.IndexOf(SocketCounters.Names, method), Array.IndexOf(SocketCounters.Codes, code));

    public void Dispose()
    {
        Daemon.Dispose();
        _folder.Dispose();
    }

    /// <summary>What is due, and what follows from it at once.</summary>
    void Step()
    {
        for (var turn = 0; turn < 3; turn++) OnItsThread(static _ => { });
    }

    static ExitStatus? Answer(FakeProcess process, int signal)
    {
        var obeys = signal == Signals.SIGTERM && !process.Request.Arguments.Contains(Stubborn);
        return obeys || signal == Signals.SIGKILL ? new ExitStatus(null, signal) : null;
    }
}
