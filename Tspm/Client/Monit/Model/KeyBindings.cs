namespace Tspm.Client.Monit.Model;

/// <summary>Where a key has its meaning.</summary>
internal enum KeyScope
{
    /// <summary>Everywhere.</summary>
    Screen,

    /// <summary>While the list has the focus.</summary>
    List,

    /// <summary>While the list or the pane has the focus, on the processes that are marked or selected.</summary>
    Action,

    /// <summary>While the pane has the focus.</summary>
    Pane,
}

/// <summary>A key and what it does.</summary>
/// <param name="Command">What it does.</param>
/// <param name="Keys">The keys, separated by spaces; see <see cref="KeyNames"/>.</param>
/// <param name="Scope">Where.</param>
/// <param name="Help">A phrase for the help.</param>
internal sealed record KeyBinding(KeyAction Command, string Keys, KeyScope Scope, string Help);

/// <summary>All keys of <c>monit</c>, in the order of its help.</summary>
internal static class KeyBindings
{
    public static readonly IReadOnlyList<KeyBinding> Default =
    [
        new(KeyAction.Leave, "q Ctrl-C", KeyScope.Screen, "quit; all processes keep running"),
        new(KeyAction.Help, "? F1", KeyScope.Screen, "show or hide this help"),
        new(KeyAction.SwitchFocus, "Tab", KeyScope.Screen, "move between the list and the pane"),
        new(KeyAction.Zoom, "z", KeyScope.Screen, "show the pane on the whole screen, without borders"),
        new(KeyAction.TypeCommand, ":", KeyScope.Screen, "run a tspm command"),
        new(KeyAction.ShowHistory, "Ctrl-R", KeyScope.Screen, "show the commands that were run here"),
        new(KeyAction.ToggleMouse, "M", KeyScope.Screen, "give the mouse to the terminal, or take it back"),
        new(KeyAction.ShowAllLogs, "0", KeyScope.Screen, "log lines of all processes, or of the selected one again"),
        new(KeyAction.ShowLogs, "1 l", KeyScope.Screen, "log lines of the selected or marked processes"),
        new(KeyAction.ShowWhy, "2 w", KeyScope.Screen, "why it exited"),
        new(KeyAction.ShowInfo, "3 i", KeyScope.Screen, "everything about it"),
        new(KeyAction.ShowEnv, "4", KeyScope.Screen, "its environment"),
        new(KeyAction.ShowEvents, "5", KeyScope.Screen, "events"),
        new(KeyAction.ShowGraph, "6", KeyScope.Screen, "CPU and memory over time, and its dependencies"),

        new(KeyAction.FilterList, "/", KeyScope.List, "filter: web, web-*, state:errored, mem>200M; Esc clears"),
        new(KeyAction.Sort, "s", KeyScope.List, "sort by the next column"),
        new(KeyAction.ReverseSort, "S", KeyScope.List, "sort the other way round"),
        new(KeyAction.FailuresFirst, "!", KeyScope.List, "put failed processes first"),
        new(KeyAction.Group, "g", KeyScope.List, "group by namespace, by project, by dependencies, or not at all"),
        new(KeyAction.Fold, "Space Left Right", KeyScope.List, "fold or unfold a group or all instances"),
        new(KeyAction.Mark, "v", KeyScope.List, "mark or unmark"),
        new(KeyAction.MarkAll, "V", KeyScope.List, "mark all that are listed, or none"),
        new(KeyAction.ShowBars, "b", KeyScope.List, "draw CPU or memory as bars"),

        new(KeyAction.Menu, "Enter", KeyScope.Action, "menu of actions"),
        new(KeyAction.Start, "u", KeyScope.Action, "start"),
        new(KeyAction.Restart, "r", KeyScope.Action, "restart"),
        new(KeyAction.Reload, "R", KeyScope.Action, "reload: start the new one, then stop the old one"),
        new(KeyAction.Stop, "x", KeyScope.Action, "stop"),
        new(KeyAction.Delete, "D", KeyScope.Action, "delete"),
        new(KeyAction.ScaleUp, "+", KeyScope.Action, "add an instance"),
        new(KeyAction.ScaleDown, "-", KeyScope.Action, "remove an instance"),
        new(KeyAction.Signal, "K", KeyScope.Action, "send a signal"),
        new(KeyAction.SendLine, "a", KeyScope.Action, "send a line to its standard input"),
        new(KeyAction.ResetCounts, "c", KeyScope.Action, "reset the restart and failure counts"),
        new(KeyAction.Copy, "y", KeyScope.Action, "copy the name, or the selected lines"),
        new(KeyAction.CopyPid, "Y", KeyScope.Action, "copy the pid"),
        new(KeyAction.CopyCommand, "C", KeyScope.Action, "copy the command"),

        new(KeyAction.Follow, "f", KeyScope.Pane, "pause or follow"),
        new(KeyAction.Newest, "G End", KeyScope.Pane, "go to the end and follow"),
        new(KeyAction.Oldest, "Home", KeyScope.Pane, "go to the oldest line"),
        new(KeyAction.Search, "/", KeyScope.Pane, "search; a text without capitals ignores case"),
        new(KeyAction.NextMatch, "n", KeyScope.Pane, "next match"),
        new(KeyAction.PreviousMatch, "N", KeyScope.Pane, "previous match"),
        new(KeyAction.FilterLog, "&", KeyScope.Pane, "only lines that match; with ! in front, all others"),
        new(KeyAction.Times, "t", KeyScope.Pane, "times: by the clock, ago, or none"),
        new(KeyAction.Wrap, "W", KeyScope.Pane, "wrap long lines"),
        new(KeyAction.PrettyJson, "J", KeyScope.Pane, "show lines that are JSON as words"),
        new(KeyAction.Streams, "o", KeyScope.Pane, "standard output, standard error, or both"),
        new(KeyAction.Marker, "m", KeyScope.Pane, "draw a line with the time"),
        new(KeyAction.SelectLines, "v", KeyScope.Pane, "select lines to copy with y"),
        new(KeyAction.PreviousEvent, "[", KeyScope.Pane, "previous crash, restart or other event"),
        new(KeyAction.NextEvent, "]", KeyScope.Pane, "next one"),
        new(KeyAction.GoToTime, "T", KeyScope.Pane, "go to a time, such as 03:10 or 10m"),
        new(KeyAction.Page, "p", KeyScope.Pane, "open the log file in $PAGER"),
        new(KeyAction.ShowSecrets, "*", KeyScope.Pane, "show or hide the values of the environment"),
    ];

    /// <summary>The keys with those that the user has chosen instead.</summary>
    /// <param name="chosen">From the name of an action, in camel case, to its keys.</param>
    /// <param name="problem">What is wrong; the keys then stay as they are.</param>
    public static IReadOnlyList<KeyBinding> With(IReadOnlyDictionary<string, string> chosen, out string? problem)
    {
        problem = null;
        foreach (var name in chosen.Keys)
            if (!Default.Any(binding => NameOf(binding.Command) == name))
                problem = $"monit.keys.{name} of settings.json is not an action; see docs/monit.md for their names";
        if (problem is not null) return Default;
        return [.. Default.Select(binding => chosen.TryGetValue(NameOf(binding.Command), out var keys)
            ? binding with { Keys = keys } : binding)];
    }

    /// <summary>The name of an action in settings.json.</summary>
    public static string NameOf(KeyAction action)
    {
        var name = action.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>The command of a key.</summary>
    /// <param name="bindings">The keys.</param>
    /// <param name="key">The name of the key.</param>
    /// <param name="isPane">Whether the pane has the focus.</param>
    /// <returns>Null if the key has no meaning there.</returns>
    public static KeyAction? Find(IReadOnlyList<KeyBinding> bindings, string key, bool isPane)
    {
        // The narrower scope comes first: some keys mean different things in the list and in the pane.
        var own = isPane ? KeyScope.Pane : KeyScope.List;
        return (Find(bindings, key, scope => scope == own)
            ?? Find(bindings, key, static scope => scope is KeyScope.Action or KeyScope.Screen))?.Command;
    }

    static KeyBinding? Find(IReadOnlyList<KeyBinding> bindings, string key, Predicate<KeyScope> isScope)
    {
        foreach (var binding in bindings)
            if (isScope(binding.Scope) && binding.Keys.Split(' ').Contains(key)) return binding;
        return null;
    }
}
