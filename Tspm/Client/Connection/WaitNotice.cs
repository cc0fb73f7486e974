using System.Globalization;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Connection;

/// <summary>
/// Says on standard error what a request that takes long waits for: on a terminal in one line that counts down, in a
/// pipe once. The daemon is asked over a connection of its own, because the other one is busy with the request.
/// </summary>
/// <param name="errors">Where to say it.</param>
/// <param name="ask">
/// The status of the processes that these selectors name, of all for null, or of the second ones should the first name
/// none; null when the daemon does not say.
/// </param>
/// <param name="width">Columns of the terminal.</param>
internal sealed class WaitNotice(
    OutputWriter errors,
    Func<IReadOnlyList<string>?, IReadOnlyList<string>?, IReadOnlyList<ProcessStatus>?> ask, Func<int> width)
{
    /// <summary>Cells that are filled and have to be cleared before anything else is printed.</summary>
    int _filled;

    /// <summary>To be called when the answer takes a while, and then once a second while it returns true.</summary>
    /// <param name="method">The request's.</param>
    /// <param name="request">The request itself.</param>
    /// <param name="elapsed">How long it has taken.</param>
    public bool Tell(string method, object? request, TimeSpan elapsed)
    {
        // A program that reads gets its answer, late or not; only changes make processes wait.
        if (!errors.IsTerminal && !ChangesProcesses(method)) return false;
        if (!errors.IsTerminal)
        {
            errors.WriteLine(Words(method, request, elapsed, isTerminal: false));
            errors.Flush();
            return false;
        }
        // The last column stays free: a cursor behind it would wrap.
        var line = CellText.Cut(Words(method, request, elapsed, isTerminal: true), Math.Max(1, width() - 1));
        errors.Write("\r");
        errors.Write(CellText.Pad(line, _filled, toTheRight: false));
        errors.Flush();
        _filled = CellText.WidthOf(line);
        return true;
    }

    /// <summary>Takes the line away; something else may be printed.</summary>
    public void Clear()
    {
        if (_filled == 0) return;
        errors.Write($"\r{new string(' ', _filled)}\r");
        errors.Flush();
        _filled = 0;
    }

    string Words(string method, object? request, TimeSpan elapsed, bool isTerminal)
    {
        var late = ChangesProcesses(method)
            ? Late(method, ask(AwaitedProcesses.Of(request), AwaitedProcesses.Otherwise(request))) : [];
        if (late.Count == 0) return $"waiting for the daemon to answer … ({Seconds(elapsed)})";
        var several = Display.WithSeveral(late.Select(static process => (process.Id, process.Instance)));
        var first = late[0];
        var info = ProcessInfo.Of(first, TimeProvider.System.GetLocalNow());
        var words = info.Length > 0 ? info : Display.State(first.State);
        var others = late.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" (and {late.Count - 1} more)") : "";
        var line = $"{Display.Name(first.Name, first.Instance, several.Contains(first.Id))}: {words}{others}";
        if (!isTerminal || first.State != ProcessState.Starting) return line;
        var withHint = $"{line}; Ctrl-C leaves it starting";
        return CellText.WidthOf(withHint) < width() ? withHint : line;
    }

    /// <summary>Those that are on their way to where the request wants them.</summary>
    static List<ProcessStatus> Late(string method, IReadOnlyList<ProcessStatus>? processes) =>
        [.. (processes ?? []).Where(process => process.State switch
        {
            ProcessState.Stopping => true,
            ProcessState.Starting or ProcessState.Waiting => !EndsProcesses(method),
            ProcessState.Online => process.WaitsFor is not null,
            _ => false,
        })];

    static bool EndsProcesses(string method) => IsAmong(method, Methods.Stop, Methods.Delete, Methods.Shutdown);

    /// <summary>Its answer may have to wait for processes.</summary>
    static bool ChangesProcesses(string method) => EndsProcesses(method) || IsAmong(
        method, Methods.Start, Methods.Restart, Methods.Reload, Methods.Scale, Methods.Apply, Methods.Set);

    static bool IsAmong(string method, params ReadOnlySpan<Method> methods)
    {
        foreach (var one in methods)
            if (one.Name == method) return true;
        return false;
    }

    /// <summary>Full seconds: this is counted once a second.</summary>
    static string Seconds(TimeSpan time) => Duration.Format(TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds)));
}
