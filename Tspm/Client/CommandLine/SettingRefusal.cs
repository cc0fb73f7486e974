using Tspm.Client.Terminal;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Refuses settings at <c>restart</c> and <c>reload</c>, where PM2 accepts them, and says what to type instead.
/// </summary>
internal static class SettingRefusal
{
    /// <param name="typed">The flag.</param>
    /// <param name="setting">The flag's row in the table.</param>
    /// <param name="words">The words before the flag, without the verb.</param>
    public static UsageException At(TypedFlag typed, Flag setting, IReadOnlyList<string> words)
    {
        var names = NamesOf(typed, setting, words);
        // Without '=', it is PM2's choice of env_NAME, and 'set' would refuse it.
        var profile = setting.Name == "env" && typed.Value is { } text && !text.Contains('=') ? text : null;
        var import = profile is null ? ""
            : $"; or, for env_{profile} of the ecosystem file in this folder: "
                + $"tspm import pm2 --env {ShellWords.Quote(profile)} --start";
        var value = profile is null ? typed.Value : null;
        return new UsageException(
            $"'{typed.Verb.Name}' does not change settings, unlike PM2's with {ControlText.Escape(typed.Spelled)}. "
            + $"Type: {ControlText.Escape(Instead(typed, setting, value, names) + import)}");
    }

    /// <param name="typed">The flag.</param>
    /// <param name="setting">The flag's row in the table.</param>
    /// <param name="given">The value that was typed; null if there is none.</param>
    /// <param name="names">The processes, quoted for the shell.</param>
    static string Instead(TypedFlag typed, Flag setting, string? given, IReadOnlyList<string> names)
    {
        var value = setting.TakesValue ? TypedFlag.Shown(given ?? setting.ValueName) : null;
        if (setting.Name == "name") return $"tspm rename {(names.Count == 1 ? names[0] : "OLD")} {value}";
        var all = names.Count > 0 ? string.Join(' ', names) : "NAME";
        var flag = value is null ? typed.Spelled : $"{typed.Spelled} {value}";
        return $"tspm set {all} {flag}, then: tspm {typed.Verb.Name} {all}";
    }

    /// <summary>The processes, which may come before or after the flag.</summary>
    static List<string> NamesOf(TypedFlag typed, Flag setting, IReadOnlyList<string> words)
    {
        var names = new List<string>(words);
        for (var i = setting.TakesValue ? typed.Length : 1; typed.At(i) is { } word && !word.StartsWith('-'); i++)
            if (word != typed.Verb.Name) names.Add(word);
        return names.ConvertAll(ShellWords.Quote);
    }
}
