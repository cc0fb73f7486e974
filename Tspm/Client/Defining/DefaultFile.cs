using Tspm.Client.CommandLine;

namespace Tspm.Client.Defining;

/// <summary>The config file of the current folder, which verbs use that get no FILE.</summary>
internal static class DefaultFile
{
    static readonly string[] Names = ["tspm.json", "tspm.toml"];

    /// <summary>The file that was typed, or else the one in the current folder.</summary>
    /// <exception cref="UsageException">The folder has none, or more than one.</exception>
    public static string Of(ParsedLine line)
    {
        if (line.Words is [var typed, ..]) return typed;
        List<string> found = [.. Names.Where(File.Exists)];
        return found.Count switch
        {
            1 => found[0],
            0 => throw new UsageException(
                $"there is no {string.Join(" or ", Names)} in this folder; usage: tspm {line.Verb.Name} FILE"),
            _ => throw new UsageException(
                $"this folder has {string.Join(" and ", found)}; name the one to use: "
                + $"tspm {line.Verb.Name} {found[0]}"),
        };
    }
}
