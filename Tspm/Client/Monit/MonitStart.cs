using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Monit;

/// <summary>Begins <c>monit</c>: on a terminal, or as one frame for <c>--once</c>.</summary>
internal static class MonitStart
{
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">There is no terminal.</exception>
    /// <exception cref="DaemonException">The first request failed.</exception>
    public static int Run(ClientSession session, MonitOptions options)
    {
        if (!options.IsOnce && !StandardStreams.IsScreen)
            throw new UsageException("monit needs a terminal; for a single frame: tspm monit --once; for a list: "
                + "tspm list");
        var request = new ListRequest { Selectors = options.Selectors };
        var keys = KeysOf(session, out var problem);
        var model = new MonitModel
        {
            Host = session.Remote?.ToString() ?? Environment.MachineName,
            IsReadOnly = options.IsReadOnly,
            AllSelectors = options.Selectors ?? [Selector.All],
            Tab = options.Tab,
            Keys = keys,
        };
        if (problem is not null) model.Say(problem, TimeProvider.System.GetLocalNow());
        // A mistake is reported on the normal screen, and ssh asks its questions there.
        session.HidesNotices = true;
        using (var daemon = session.ConnectToRead())
        {
            model.Update(daemon.Call(Methods.List, request), Environment.TickCount64 / 1000);
            if (options.Sort is { } sort) model.List.SortAs(sort);
            if (options.IsOnce) return MonitOnce.Print(session, model, daemon);
        }
        using var terminal = TerminalSession.TryOpen(withMouse: true, TerminalSession.UsualEscapeDelay);
        if (terminal is null) return ExitCodes.Failed;
        using var screen = new MonitScreen(session, model, request, options.Interval);
        return screen.Show(terminal);
    }

    static IReadOnlyList<KeyBinding> KeysOf(ClientSession session, out string? problem)
    {
        var chosen = SettingsFile.Read(session.Home, out problem).Monit?.Keys;
        return chosen is null ? KeyBindings.Default : KeyBindings.With(chosen, out problem);
    }
}
