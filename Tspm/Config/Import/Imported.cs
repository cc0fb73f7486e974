using System.Text.Json;
using System.Text.RegularExpressions;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Import;

/// <summary>
/// A setting of another process manager that could not be imported: its owner, its name, its value without secrets, and
/// what to do instead.
/// </summary>
internal sealed partial class Unmapped(string owner, string key, string value, string hint)
{
    public string Owner => owner;

    public string Key => key;

    public string Value => value;

    /// <summary>What to do instead. A command in it names the process, where it was written with NAME.</summary>
    public string Hint { get; } = NamesInCommands().Replace(hint, $"$1 {ShellWords.Quote(owner).Replace("$", "$$")}");

    [GeneratedRegex("(tspm \\w+) NAME\\b")]
    private static partial Regex NamesInCommands();

    /// <summary>The same with the file in the command that imports it again.</summary>
    public Unmapped WithFile(string file) => new(owner, key, value,
        Hint.Replace("tspm import pm2 --", $"tspm import pm2 {file} --", StringComparison.Ordinal))
    { IsWhole = IsWhole };

    /// <summary>The whole process or app was left out because of this setting; the hint is the reason.</summary>
    public bool IsWhole { get; init; }

    public override string ToString() =>
        IsWhole ? $"{owner} was left out: {Hint}" : $"{owner}: {key} = {value} was not imported: {Hint}";
}

/// <summary>
/// Thrown when the file of another process manager cannot be understood. The message says what is wrong in the file.
/// </summary>
internal sealed class ImportException(string message) : Exception(message);

/// <summary>The result of importing the definitions of another process manager.</summary>
internal sealed class Imported
{
    readonly HashSet<string> _names = new(StringComparer.Ordinal), _left = new(StringComparer.Ordinal);

    /// <summary>The last number that a name was given, so that thousands of equal names are quickly numbered.</summary>
    readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>The configs: valid, with absolute folders and unique names.</summary>
    public List<ProcessConfig> Processes { get; } = [];

    /// <summary>The folder of the file, absolute; it is the project of the processes.</summary>
    public string Folder { get; set; } = "/";

    /// <summary>Settings that could not be imported.</summary>
    public List<Unmapped> Left { get; } = [];

    /// <summary>Remarks about differences that lose nothing.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>
    /// Variables from the dump of a whole environment that look like secrets and must not be printed.
    /// </summary>
    public List<Unmapped> Secrets { get; } = [];

    /// <summary>Completes the commands in hints that read the file again.</summary>
    /// <param name="file">The file as it can be typed in a shell.</param>
    public void NameFile(string file)
    {
        for (var i = 0; i < Left.Count; i++) Left[i] = Left[i].WithFile(file);
    }

    /// <summary>Records a setting that could not be imported.</summary>
    public void Leave(string owner, string key, string value, string hint) =>
        Leave(new Unmapped(owner, key, ShownValue.Format(key, value), hint));

    public void Leave(string owner, string key, JsonElement value, string hint) =>
        Leave(new Unmapped(owner, key, ShownValue.Format(key, value), hint));

    /// <summary>Records a process that cannot be imported at all.</summary>
    /// <param name="owner">Its name.</param>
    /// <param name="key">The setting that is the reason.</param>
    /// <param name="value">The value as it may be shown.</param>
    /// <param name="reason">A sentence.</param>
    public void LeaveOut(string owner, string key, string value, string reason) =>
        Leave(new Unmapped(owner, key, value, reason) { IsWhole = true });

    /// <summary>Records it once: a dump repeats it for every instance.</summary>
    void Leave(Unmapped left)
    {
        if (_left.Add(left.ToString())) Left.Add(left);
    }

    /// <summary>
    /// Adds a config under a valid and free name. A config that breaks a rule is not added, and the reason is recorded.
    /// </summary>
    /// <param name="config">The config.</param>
    /// <param name="keyOf">The name that a config field has in the file; null for that of the config.</param>
    public void Add(ProcessConfig config, Func<string, string>? keyOf = null)
    {
        var wanted = config.NameOrEmpty;
        var valid = DefaultName.MakeValid(wanted);
        var (name, number) = (valid, _numbers.GetValueOrDefault(valid, 1));
        while (_names.Contains(name))
            name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{valid}-{++number}");
        if (name != wanted) Notes.Add($"'{wanted}' was renamed to '{name}'");
        config = config with { Name = name };
        if (ConfigValidation.Validate(config) is [var problem, ..])
            LeaveOut(problem, name, keyOf?.Invoke(problem.Path) ?? problem.Path);
        else
        {
            Processes.Add(config);
            _names.Add(name);
            _numbers[valid] = number;
        }
    }

    /// <summary>The sentence of a rule begins with the field, which has another name in the file.</summary>
    void LeaveOut(ConfigProblem problem, string name, string key)
    {
        var begins = problem.Sentence.StartsWith(problem.Path, StringComparison.Ordinal);
        var reason = begins ? key + problem.Sentence[problem.Path.Length..] : problem.Sentence;
        LeaveOut(name, key, problem.Found, reason);
    }

    /// <summary>Whether a name is one that people give to secrets.</summary>
    public static bool IsSecret(string name)
    {
        foreach (var part in SecretParts)
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    static readonly string[] SecretParts = ["secret", "token", "passw", "passphrase", "credential", "private",
        "api_key", "apikey", "access_key", "auth", "_key", "dsn", "database_url", "_pass"];
}
