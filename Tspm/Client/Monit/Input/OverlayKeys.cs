using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Input;

/// <summary>Keys while something lies over the screen. Esc and q always close it.</summary>
internal static class OverlayKeys
{
    /// <param name="model">The screen.</param>
    /// <param name="host">Runs the chosen command.</param>
    /// <param name="overlay">What lies over the screen.</param>
    /// <param name="key">The key.</param>
    /// <param name="name">The name of the key.</param>
    /// <param name="run">Does what a key of the screen does.</param>
    public static void Handle(MonitModel model, IMonitHost host, Overlay overlay, InputEvent.KeyPress key, string name,
        Action<KeyAction> run)
    {
        if (overlay is Overlay.Help asked && Searches(asked, key, name)) return;
        if (key.Key == Key.Escape || name is "q" or "?" or "Ctrl-R")
        {
            model.Overlay = null;
            return;
        }
        var by = key.Key == Key.Down || name is "j" ? 1 : key.Key == Key.Up || name is "k" ? -1 : 0;
        switch (overlay)
        {
            case Overlay.Help help:
                if (key.Key == Key.PageDown) by = 10;
                if (key.Key == Key.PageUp) by = -10;
                help.Top = Math.Max(0, help.Top + by);
                break;
            case Overlay.Confirm confirm:
                if (name is not ("y" or "Enter" or "n" or "h")) break;
                model.Overlay = null;
                if (name is "y" or "Enter") host.Run(confirm.Arguments);
                break;
            case Overlay.Menu menu:
                var chosen = key.Key == Key.Enter ? menu.Items[menu.Selected]
                    : menu.Items.FirstOrDefault(item => item.Key == name && item.Key.Length > 0);
                if (chosen is null) menu.Move(by);
                else Choose(model, host, chosen, run);
                break;
        }
    }

    /// <summary>Begins, changes or ends the search among the keys.</summary>
    /// <returns>False if the key does something else.</returns>
    static bool Searches(Overlay.Help help, InputEvent.KeyPress key, string name)
    {
        if (help.Search is not { } search)
        {
            if (name != "/") return false;
            help.Search = new Prompt(PromptKind.SearchHelp, "");
            return true;
        }
        if (key.Key != Key.Escape) return search.Edit(key);
        help.Search = null;
        return true;
    }

    /// <summary>Does what a line of a menu says.</summary>
    public static void Choose(MonitModel model, IMonitHost host, MenuItem item, Action<KeyAction> run)
    {
        model.Overlay = null;
        if (item.Command is { } command) run(command);
        else if (item.Arguments is { } arguments) host.Run(arguments);
    }
}
