using System.Globalization;
using Tspm.Client.Monit.Model;
using Tspm.Text;

namespace Tspm.Client.Monit.Input;

/// <summary>
/// Keys that change processes. Each runs the command that a user would type, and the screen shows it. Only what is hard
/// to take back asks first.
/// </summary>
internal sealed class ActionKeys(MonitModel model, IMonitHost host)
{
    public const string ReadOnly = "this screen is read-only; leave it with q, and start it without --read-only";

    static readonly string[] Signals =
        ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT", "SIGTERM", "SIGKILL", "SIGSTOP", "SIGCONT"];

    public void Do(KeyAction command)
    {
        if (model.List.Targets.Count == 0)
        {
            model.Say("no process is selected", host.Now);
            return;
        }
        if (Copies(command)) return;
        if (model.IsReadOnly)
        {
            model.Say(ReadOnly, host.Now);
            return;
        }
        switch (command)
        {
            case KeyAction.Menu:
                model.Overlay = new Overlay.Menu(string.Join(' ', model.Subject), Actions());
                break;
            case KeyAction.Signal:
                model.Overlay = new Overlay.Menu("send a signal", [.. Signals.Select(signal =>
                    new MenuItem("", signal, Arguments: ["signal", signal, .. model.Subject]))]);
                break;
            case KeyAction.Edit:
                host.RunOutside(["edit", .. Names]);
                break;
            case KeyAction.SendLine:
                model.Prompt = new Prompt(PromptKind.SendLine, "");
                break;
            default:
                Change(command);
                break;
        }
    }

    /// <summary>Runs a command, or asks first.</summary>
    void Change(KeyAction command)
    {
        if (ArgumentsOf(command) is not { } arguments) return;
        if (Question(command) is { } question) model.Overlay = new Overlay.Confirm(question, arguments);
        else host.Run(arguments);
    }

    /// <returns>Null if the command needs exactly one process.</returns>
    string[]? ArgumentsOf(KeyAction command) => command switch
    {
        KeyAction.ScaleUp or KeyAction.ScaleDown when Names.Length > 1 => RefuseSeveral(),
        KeyAction.ScaleUp => ["scale", Names[0], "+1"],
        KeyAction.ScaleDown => ["scale", Names[0], "-1"],
        // It removes the whole process.
        KeyAction.Delete => ["delete", .. Names],
        KeyAction.ResetCounts => ["reset", .. model.Subject],
        _ => [Word(command), .. model.Subject],
    };

    /// <summary>The names of the selected processes, without instances.</summary>
    string[] Names =>
        [.. model.List.Targets.SelectMany(static row => row.Members).Select(static one => one.Name).Distinct()];

    string[]? RefuseSeveral()
    {
        model.Say("select a single process to scale it", host.Now);
        return null;
    }

    static string Word(KeyAction command) => command.ToString().ToLowerInvariant();

    /// <returns>Null if nothing is asked.</returns>
    List<string>? Question(KeyAction command)
    {
        if (command is not (KeyAction.Delete or KeyAction.Stop)) return null;
        var names = Names;
        var waiting = model.List.All.Where(process => process.WaitsFor is { } what
            && names.Any(name => what.Contains(name, StringComparison.Ordinal))).Select(static one => one.Name);
        var dependents = model.Dependents(names).Concat(waiting).Distinct().Except(names).ToList();
        var count = model.List.Targets.Sum(static row => row.Members.Count);
        if (command == KeyAction.Stop && count == 1 && dependents.Count == 0) return null;
        var what = command == KeyAction.Delete
            ? $"delete {string.Join(", ", names)}? The processes are stopped and their definitions are removed."
            : count == 1 ? $"stop {names[0]}?"
            : string.Create(CultureInfo.InvariantCulture, $"stop {count} processes: {string.Join(", ", names)}?");
        List<string> question = [what];
        if (dependents.Count > 0) question.Add($"These depend on it: {string.Join(", ", dependents)}");
        return question;
    }

    List<MenuItem> Actions()
    {
        List<MenuItem> items = [];
        foreach (var binding in model.Keys)
        {
            if (binding.Scope == KeyScope.Action && binding.Command != KeyAction.Menu)
                items.Add(new MenuItem(binding.Keys.Split(' ')[0], binding.Help, binding.Command));
        }
        return items;
    }

    /// <returns>False if the command does not copy.</returns>
    bool Copies(KeyAction command)
    {
        var members = model.List.Targets.SelectMany(static row => row.Members);
        var text = command switch
        {
            KeyAction.Copy when model.IsPaneFocused && model.Logs.SelectionStart is not null => SelectedLines(),
            KeyAction.Copy => string.Join(' ', model.Subject.Select(ShellWords.Quote)),
            KeyAction.CopyPid => string.Join(' ', members.Where(static one => one.Pid is not null)
                .Select(static one => one.Pid!.Value.ToString(CultureInfo.InvariantCulture))),
            KeyAction.CopyCommand => string.Join('\n', members.Select(static one =>
                string.Join(' ', new[] { one.Command }.Concat(one.Args ?? []).Select(ShellWords.Quote)))),
            _ => null,
        };
        if (text is null) return false;
        if (text.Length > 0) host.Copy(text);
        var lines = text.Split('\n').Length;
        model.Say(text.Length == 0 ? "there is nothing to copy"
            : lines > 1 ? string.Create(CultureInfo.InvariantCulture, $"copied {lines} lines") : $"copied: {text}",
            host.Now);
        return true;
    }

    string SelectedLines()
    {
        var logs = model.Logs;
        var lines = logs.Shown.Where(logs.IsSelected).Select(static record => record.Text.Text).ToList();
        logs.ToggleSelection();
        return string.Join('\n', lines);
    }
}
