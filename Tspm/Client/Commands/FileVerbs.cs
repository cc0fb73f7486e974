using Tspm.Client.Grammar;

namespace Tspm.Client.Commands;

/// <summary>
/// The verbs about files of definitions, behind one command of the framework: what it generates for a command is as large as these verbs are. <see cref="Argv"/> has read and checked them already.
/// </summary>
internal static class FileVerbs
{
    public const string Command = "files";

    public static bool Has(string verb) => verb is "apply" or "plan" or "validate" or "schema" or "import" or "export" or "migrate";

    public static void Run([Items] string[]? words = null, [Items] string[]? config = null) => CommandHost.Execute(session =>
    {
        var (verb, rest, flags) = (words![0], words[1..], new GivenFlags(config ?? []));
        return verb switch
        {
            "apply" => ApplyCommand.Run(session, rest[0], flags),
            "plan" => ApplyCommand.Plan(session, rest[0], flags),
            "validate" => ValidateCommand.Run(session, rest[0]),
            "schema" => SchemaCommand.Run(session),
            "import" => ImportCommand.Run(session, rest, flags),
            "export" => ExportCommand.Run(session, rest),
            _ => MigrateCommand.Run(session, flags),
        };
    });
}

/// <summary>The flags of a line as pairs of name and value; of one that was given twice the last counts.</summary>
internal sealed class GivenFlags(string[] pairs)
{
    /// <summary>Null: it was not given.</summary>
    public string? Value(string name)
    {
        for (var i = pairs.Length - 2; i >= 0; i -= 2)
            if (pairs[i] == name) return pairs[i + 1];
        return null;
    }

    public bool IsOn(string name) => Value(name) == "true";

    /// <summary>Those that are there to be switched off: <c>--no-wait</c>.</summary>
    public bool IsOff(string name) => Value(name) == "false";

    public ChangeFlags ToChange() => new(IsOn("json"), IsOff("auto-start"), IsOff("wait"), Value("wait-timeout"));
}
