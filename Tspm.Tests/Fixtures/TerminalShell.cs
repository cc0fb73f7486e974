using System.Diagnostics;
using System.Text;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// An interactive shell on a terminal of its own (man 1 script): the test types keys, and reads the screen that a user
/// would see.
/// </summary>
internal sealed class TerminalShell : IAsyncDisposable
{
    const string Prompt = "ready>";

    readonly Process _process;
    readonly CancellationToken _cancellation;
    readonly string _folder;
    readonly VtScreen _screen;
    readonly Task _reading;
    int _commands;
    long _bytes;

    /// <param name="box">Its variables and its folder.</param>
    /// <param name="cancellation">Ends each wait.</param>
    /// <param name="program">What runs on the terminal; nobody could continue it if it were stopped.</param>
    /// <param name="columns">The width of the terminal.</param>
    /// <param name="rows">The height of the terminal.</param>
    public TerminalShell(
        TspmBox box, CancellationToken cancellation, string program = "sh -i", int columns = 80, int rows = 24)
    {
        _cancellation = cancellation;
        _folder = box.Folder;
        _screen = new VtScreen(columns, rows);
        var variables = new Dictionary<string, string>(box.Variables)
        {
            ["TERM"] = "xterm",
            ["PS1"] = Prompt,
            ["PATH"] = $"{Path.GetDirectoryName(PublishedExecutable.Path)}:{box.Variables["PATH"]}",
        };
        var line = $"stty cols {columns} rows {rows}; exec {program}";
        // A test run may have been started with nohup, whose ignored SIGHUP every descendant would inherit.
        _process = Programs.Start(
            "env", ["--default-signal=HUP", "script", "-qefc", line, "/dev/null"], variables, box.Folder);
        _reading = Task.Run(Read, CancellationToken.None);
    }

    /// <summary>How many bytes were written to the terminal.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The text of the screen.</summary>
    public string Text => Ask(static screen => screen.Text);

    /// <summary>Asks about the screen.</summary>
    public T Ask<T>(Func<VtScreen, T> question)
    {
        lock (_screen) return question(_screen);
    }

    /// <summary>Types these keys.</summary>
    public async Task Type(string keys)
    {
        await _process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(keys), _cancellation);
        await _process.StandardInput.BaseStream.FlushAsync(_cancellation);
    }

    /// <summary>Waits until the screen is as described.</summary>
    public async Task Until(Func<VtScreen, bool> condition, string what)
    {
        while (!Ask(condition))
        {
            // What it wrote last comes after its end.
            if (_process.HasExited) await _reading;
            if (_process.HasExited && Ask(condition)) return;
            if (_cancellation.IsCancellationRequested || _process.HasExited)
                throw new TimeoutException($"not in time: {what}; the screen is:\n{Text}");
            await Task.Delay(10);
        }
    }

    public Task UntilText(string text) =>
        Until(screen => screen.Text.Contains(text, StringComparison.Ordinal), $"'{text}'");

    /// <summary>Waits until the shell asks for a command, in a row of its own.</summary>
    public Task UntilPrompt() => Until(
        static screen => screen.Text.Split('\n')[^1].Trim() == Prompt, "a prompt");

    /// <summary>Runs a command to its end, and clears the screen before.</summary>
    public async Task Run(string command)
    {
        await UntilPrompt();
        // What the shell prints differs from what is typed, which the terminal shows too.
        await Type($"printf '\\033[2J\\033[H'; {command}; echo ended $(({++_commands}))\r");
        await Until(screen => screen.Text.Split('\n').Contains($"ended {_commands}"), "the end of the command");
    }

    /// <summary>Notes the settings of the terminal for <see cref="IsAsBefore"/>.</summary>
    public Task NoteSettings() => Run("stty -g > before");

    /// <summary>The modes and the settings of the terminal are those of before.</summary>
    public async Task IsAsBefore()
    {
        await Until(static screen => screen.IsRestored, "the modes of before");
        await Run("stty -g > after");
        await Assert.That(TspmBox.Text(Path.Combine(_folder, "after")))
            .IsEqualTo(TspmBox.Text(Path.Combine(_folder, "before")));
    }

    /// <summary>The command that has just ended had this exit code.</summary>
    public async Task HasEnded(int code)
    {
        await Until(static screen => screen.IsRestored, "the end");
        await UntilPrompt();
        await Type("echo code $?\r");
        await UntilText($"code {code}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _reading;
        _process.Dispose();
    }

    async Task Read()
    {
        var bytes = new byte[4096];
        var stream = _process.StandardOutput.BaseStream;
        while (await stream.ReadAsync(bytes, CancellationToken.None) is var count and > 0)
        {
            Interlocked.Add(ref _bytes, count);
            lock (_screen) _screen.Feed(bytes.AsSpan(0, count));
        }
    }
}
