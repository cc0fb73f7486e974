using System.Globalization;
using System.Runtime.InteropServices;
using Tspm.Client.Output;
using Tspm.Client.Output.Progress;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Connection;

/// <summary>
/// Shows on standard error what a slow request is waiting for: on a terminal as one line that counts down, or one for
/// each of several processes; otherwise once. It asks the daemon over a second connection, because the first one is
/// busy with the request. Ctrl-C on a terminal ends the client, and then it says what continues.
/// </summary>
/// <param name="errors">Standard error.</param>
/// <param name="ask">
/// Returns the status of the processes that the first selectors match (null for all), or that the second ones match if
/// the first match none. Returns null if the daemon does not answer.
/// </param>
/// <param name="size">Returns the size of the terminal.</param>
internal sealed class WaitNotice(
    OutputWriter errors,
    Func<IReadOnlyList<string>?, IReadOnlyList<string>?, IReadOnlyList<ProcessStatus>?> ask, Func<TerminalSize> size)
{
    /// <summary>Held while the terminal is written: the handler of Ctrl-C runs on another thread.</summary>
    readonly Lock _gate = new();

    readonly LiveBlock _block = new(errors);

    /// <summary>The columns of the one line, which have to be cleared before anything else is printed.</summary>
    int _filled;

    PosixSignalRegistration? _interrupt;

    /// <summary>The request that Ctrl-C would leave, and its processes that are not done.</summary>
    (string Method, List<ProcessStatus> Late, HashSet<int> Several) _left = ("", [], []);

    /// <summary>Whether the cursor can be moved, so that several lines can be updated.</summary>
    public bool HasScreen { get; init; }

    /// <summary>How long a request may take before the first notice.</summary>
    public TimeSpan FirstAfter(string method) =>
        TimeSpan.FromSeconds(HasScreen && LateProcesses.MayExist(method) ? 1 : 2);

    /// <summary>How often the notice is updated.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(HasScreen ? 0.5 : 1);

    /// <summary>Shows or updates the notice.</summary>
    /// <param name="method">The method of the request.</param>
    /// <param name="request">The request itself.</param>
    /// <param name="elapsed">How long the wait has taken so far.</param>
    /// <returns>True to be called again after the interval.</returns>
    public bool Show(string method, object? request, TimeSpan elapsed)
    {
        var changes = LateProcesses.MayExist(method);
        // In a script, requests that only read need no notice; only changes wait for processes.
        if (!errors.IsTerminal && !changes) return false;
        var all = changes ? ask(AwaitedProcesses.NamesIn(request), AwaitedProcesses.Otherwise(request)) ?? [] : [];
        var late = LateProcesses.Among(all, method);
        var several = Display.WithSeveral(all.Select(static process => new InstanceKey(process.Id, process.Instance)));
        if (!errors.IsTerminal)
        {
            errors.WriteLine(Words(late, several, elapsed));
            errors.Flush();
            return false;
        }
        lock (_gate)
        {
            _left = (method, late, several);
            if (HasScreen && all.Count > 1 && late.Count > 0 && size().Rows >= ProgressLines.LeastRows)
                ShowBlock(all, late);
            else ShowLine(Words(late, several, elapsed));
            if (changes) _interrupt ??= PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => SayWhatContinues());
        }
        return true;
    }

    /// <summary>Clears the notice, so that something else can be printed.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _interrupt?.Dispose();
            _interrupt = null;
            ClearLines();
        }
    }

    /// <summary>Says what the daemon does after Ctrl-C, which then ends the process by its signal.</summary>
    internal void SayWhatContinues()
    {
        lock (_gate)
        {
            ClearLines();
            var sentence = Interruption.Describe(_left.Method, _left.Late, _left.Several);
            foreach (var line in CellText.Wrap(sentence, Math.Max(4, size().Columns - 1), "  "))
                errors.WriteLine(line);
            errors.Flush();
        }
    }

    void ShowBlock(IReadOnlyList<ProcessStatus> all, List<ProcessStatus> late)
    {
        ClearLine();
        var present = size();
        _block.Show(sink => ProgressLines.Draw(sink, all, late, present));
    }

    void ShowLine(string words)
    {
        _block.Clear();
        // Keep the last column free: a cursor past it would wrap.
        var line = CellText.Cut(words, Math.Max(1, size().Columns - 1));
        errors.Write("\r");
        errors.Write(CellText.Pad(line, _filled, toTheRight: false));
        errors.Flush();
        _filled = CellText.WidthOf(line);
    }

    void ClearLines()
    {
        _block.Clear();
        ClearLine();
    }

    void ClearLine()
    {
        if (_filled == 0) return;
        errors.Write($"\r{new string(' ', _filled)}\r");
        errors.Flush();
        _filled = 0;
    }

    string Words(List<ProcessStatus> late, HashSet<int> several, TimeSpan elapsed)
    {
        if (late.Count == 0) return $"waiting for the daemon to answer … ({Seconds(elapsed)})";
        var first = late[0];
        var info = ProcessInfo.Describe(first, TimeProvider.System.GetLocalNow());
        var state = $"is {Display.State(first.State)}";
        // What it waits for is a sentence by itself, and says more than the state.
        var words = first.WaitsFor is not null ? info : info.Length > 0 ? $"{state}: {info}" : state;
        var line = $"{Display.Name(first.Name, first.Instance, several.Contains(first.Id))} {words}{Others(late)}";
        if (!errors.IsTerminal || first.State != ProcessState.Starting) return line;
        var withHint = $"{line}; Ctrl-C leaves it starting";
        return CellText.WidthOf(withHint) < size().Columns ? withHint : line;
    }

    static string Others(List<ProcessStatus> late) => late.Count switch
    {
        1 => "",
        2 => "; 1 other process is not done yet",
        var all => string.Create(CultureInfo.InvariantCulture, $"; {all - 1} other processes are not done yet"),
    };

    /// <summary>Full seconds, because the notice is updated once a second.</summary>
    static string Seconds(TimeSpan time) => Duration.Format(TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds)));
}
