using Tspm.Client.Monit.Drawing;
using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;
using Tspm.Text;

namespace Tspm.Client.Monit.Input;

/// <summary>Keys while a line is being typed.</summary>
internal sealed class PromptKeys(MonitModel model, IMonitHost host, PaneKeys pane)
{
    public void Handle(Prompt prompt, InputEvent.KeyPress key)
    {
        switch (key.Key)
        {
            case Key.Escape:
                if (prompt.IsLive) Use(prompt.Kind, prompt.Before);
                model.Prompt = null;
                break;
            case Key.Enter:
                model.Prompt = null;
                Accept(prompt);
                break;
            case Key.Tab when prompt.Kind == PromptKind.Command:
                prompt.Set(CommandCompletion.Complete(prompt.Text, model.List.All, model.List.Several));
                break;
            default:
                if (prompt.Edit(key)) Preview(prompt);
                break;
        }
    }

    /// <summary>Shows what a text would do while it is being typed.</summary>
    public void Preview(Prompt prompt)
    {
        if (prompt.IsLive) Use(prompt.Kind, prompt.Text);
    }

    void Use(PromptKind kind, string text)
    {
        if (kind == PromptKind.FilterList) model.List.SetFilter(text);
        else if (kind == PromptKind.FilterLog) model.LogSettings.SetFilter(text);
        else if (kind == PromptKind.FilterText) model.TextFilter = LineFilter.From(text);
        else
        {
            model.LogSettings.Search = SearchText.From(text);
            model.Logs.ForgetFound();
        }
    }

    void Accept(Prompt prompt)
    {
        var height = MonitLayout.For(model, host.Size).Content.Height;
        switch (prompt.Kind)
        {
            case PromptKind.SearchLog when prompt.Text.Length > 0:
                pane.GoToMatch(isBackward: true, height);
                break;
            case PromptKind.GoToTime:
                GoToTime(prompt.Text, height);
                break;
            case PromptKind.SendLine when prompt.Text.Length > 0:
                host.Run(["send", model.Subject[0], prompt.Text]);
                break;
            case PromptKind.Command:
                RunCommand(prompt.Text);
                break;
        }
    }

    void GoToTime(string text, int height)
    {
        if (text.Trim().Length == 0) return;
        if (!TimePoint.TryParse(text, host.Now, TimeZoneInfo.Local, notBefore: null, out var time))
            model.Say($"'{text}' is not a time; expected {TimePoint.Expected}", host.Now);
        else pane.GoTo(time, text, height);
    }

    /// <summary>Runs a line, in which words may be quoted as in a shell.</summary>
    void RunCommand(string line)
    {
        if (line.Trim().Length == 0) return;
        var split = ShellWords.Analyze(line);
        if (split.Words is not { Count: > 0 } words)
            model.Say(split.Problem ?? "quote characters that a shell would interpret, such as 'web-*'", host.Now);
        else host.Run(words[0] == "tspm" ? [.. words.Skip(1)] : words);
    }
}
