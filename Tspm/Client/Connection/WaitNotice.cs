using System.Globalization;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Connection;

/// <summary>
/// Shows on standard error what a slow request is waiting for: on a terminal as one line that counts down, otherwise
/// once. It asks the daemon over a second connection, because the first one is busy with the request.
/// </summary>
/// <param name="errors">Standard error.</param>
/// <param name="ask">
/// Returns the status of the processes that the first selectors match (null for all), or that the second ones match if
/// the first match none. Returns null if the daemon does not answer.
/// </param>
/// <param name="width">Returns the columns of the terminal.</param>
internal sealed class WaitNotice(
    OutputWriter errors,
    Func<IReadOnlyList<string>?, IReadOnlyList<string>?, IReadOnlyList<ProcessStatus>?> ask, Func<int> width)
{
    /// <summary>The columns in use, which have to be cleared before anything else is printed.</summary>
    int _filled;

    /// <summary>Shows or updates the notice.</summary>
    /// <param name="method">The method of the request.</param>
    /// <param name="request">The request itself.</param>
    /// <param name="elapsed">How long the wait has taken so far.</param>
    /// <returns>True to be called again in a second.</returns>
    public bool Show(string method, object? request, TimeSpan elapsed)
    {
        // In a script, requests that only read need no notice; only changes wait for processes.
        if (!errors.IsTerminal && !ChangesProcesses(method)) return false;
        if (!errors.IsTerminal)
        {
            errors.WriteLine(Words(method, request, elapsed, isTerminal: false));
            errors.Flush();
            return false;
        }
        // Keep the last column free: a cursor past it would wrap.
        var line = CellText.Cut(Words(method, request, elapsed, isTerminal: true), Math.Max(1, width() - 1));
        errors.Write("\r");
        errors.Write(CellText.Pad(line, _filled, toTheRight: false));
        errors.Flush();
        _filled = CellText.WidthOf(line);
        return true;
    }

    /// <summary>Clears the line, so that something else can be printed.</summary>
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
            ? Late(method, ask(AwaitedProcesses.NamesIn(request), AwaitedProcesses.Otherwise(request))) : [];
        if (late.Count == 0) return $"waiting for the daemon to answer … ({Seconds(elapsed)})";
        var several = Display.WithSeveral(late.Select(static process => (process.Id, process.Instance)));
        var first = late[0];
        var info = ProcessInfo.Describe(first, TimeProvider.System.GetLocalNow());
        var state = $"is {Display.State(first.State)}";
        // What it waits for is a sentence by itself, and says more than the state.
        var words = first.WaitsFor is not null ? info : info.Length > 0 ? $"{state}: {info}" : state;
        var line = $"{Display.Name(first.Name, first.Instance, several.Contains(first.Id))} {words}{Others(late)}";
        if (!isTerminal || first.State != ProcessState.Starting) return line;
        var withHint = $"{line}; Ctrl-C leaves it starting";
        return CellText.WidthOf(withHint) < width() ? withHint : line;
    }

    static string Others(List<ProcessStatus> late) => late.Count switch
    {
        1 => "",
        2 => "; 1 other process is not done yet",
        var all => string.Create(CultureInfo.InvariantCulture, $"; {all - 1} other processes are not done yet"),
    };

    /// <summary>The processes that have not yet reached the state that the request asks for.</summary>
    static List<ProcessStatus> Late(string method, IReadOnlyList<ProcessStatus>? processes) =>
        [.. (processes ?? []).Where(process => process.State switch
        {
            ProcessState.Stopping => true,
            ProcessState.Starting or ProcessState.Waiting => !EndsProcesses(method),
            ProcessState.Online => process.WaitsFor is not null,
            _ => false,
        })];

    static bool EndsProcesses(string method) => IsAmong(method, Methods.Stop, Methods.Delete, Methods.Shutdown);

    /// <summary>Whether the answer may have to wait for processes.</summary>
    static bool ChangesProcesses(string method) => EndsProcesses(method) || IsAmong(
        method, Methods.Start, Methods.Restart, Methods.Reload, Methods.Scale, Methods.Apply, Methods.Set);

    static bool IsAmong(string method, params ReadOnlySpan<Method> methods)
    {
        foreach (var one in methods)
            if (one.Name == method) return true;
        return false;
    }

    /// <summary>Full seconds, because the notice is updated once a second.</summary>
    static string Seconds(TimeSpan time) => Duration.Format(TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds)));
}
