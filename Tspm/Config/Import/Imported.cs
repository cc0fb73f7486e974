using System.Text.Json;
using Tspm.Config.Validation;
using Tspm.Model.Config;

namespace Tspm.Config.Import;

/// <summary>
/// A setting of another manager that has no counterpart: whose, what, its value as it may be shown, and what to do
/// instead.
/// </summary>
internal sealed class Unmapped(string owner, string key, string value, string hint)
{
    public string Owner => owner;

    public string Key => key;

    public string Value => value;

    public string Hint => hint;

    public override string ToString() => $"{owner}: {key} = {value} was not taken over: {hint}";
}

/// <summary>
/// The other manager's file cannot be understood. The message is a sentence about what is wrong in it.
/// </summary>
internal sealed class ImportException(string message) : Exception(message);

/// <summary>What came of another manager's definitions.</summary>
internal sealed class Imported
{
    /// <summary>Valid, with absolute folders and unique names.</summary>
    public List<ProcessConfig> Processes { get; } = [];

    /// <summary>Of the file, absolute: the project of what it defines.</summary>
    public string Folder { get; set; } = "/";

    /// <summary>What is lost.</summary>
    public List<Unmapped> Left { get; } = [];

    /// <summary>What somebody should know of although nothing is lost.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>
    /// Variables of processes that came out of a dump of a whole environment and look like secrets: not to be printed.
    /// </summary>
    public List<Unmapped> Secrets { get; } = [];

    public void Leave(string owner, string key, string value, string hint) =>
        Leave(new Unmapped(owner, key, ShownValue.Of(key, value), hint));

    public void Leave(string owner, string key, JsonElement value, string hint) =>
        Leave(new Unmapped(owner, key, ShownValue.Of(key, value), hint));

    /// <summary>Once: a dump says it of every instance.</summary>
    void Leave(Unmapped left)
    {
        if (!Left.Exists(other => other.ToString() == left.ToString())) Left.Add(left);
    }

    /// <summary>
    /// Takes a config with a name that is allowed and free; what breaks a rule of this Tspm is left out whole, and
    /// told.
    /// </summary>
    public void Add(ProcessConfig config)
    {
        var wanted = config.NameOrEmpty;
        var name = DefaultName.MakeValid(wanted);
        for (var number = 2; Processes.Exists(other => other.Name == name); number++)
            name = string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{DefaultName.MakeValid(wanted)}-{number}");
        if (name != wanted) Notes.Add($"'{wanted}' is called '{name}'");
        config = config with { Name = name };
        if (ConfigValidation.Validate(config) is [var problem, ..])
            Leave(name, problem.Path, problem.Found, $"the process was left out: {problem.Sentence}");
        else Processes.Add(config);
    }

    /// <summary>By its name, as people name them.</summary>
    public static bool IsSecret(string name)
    {
        foreach (var part in Parts)
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    static readonly string[] Parts = ["secret", "token", "passw", "passphrase", "credential", "private", "api_key",
        "apikey", "access_key", "auth", "_key", "dsn", "database_url", "_pass"];
}
