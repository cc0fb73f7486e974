using System.Text.RegularExpressions;

namespace Tspm.Tests.Guards;

/// <summary>
/// Comments and messages of the product are idiomatic English. The phrases below read like a translation, and each has
/// a plainer form. A field of a request
/// is called <c>params.…</c> only in <c>Daemon</c> and <c>Protocol</c>, whose messages answer a request in JSON.
/// </summary>
[Timeout(60_000)]
internal sealed partial class WordingTests
{
    /// <summary>Correct English that contains one of the phrases.</summary>
    static readonly string[] Allowed =
    [
        "is no longer", "is no need", "is no reason", "some of it", "most of it", "part of it", "all of it",
        "the end of it", "because of it", "in front of it", "disposes of it", "dies of it", "full of it",
        "think of it", "left behind",
    ];

    [Test]
    public async Task The_product_has_no_foreign_phrases(CancellationToken cancellation)
    {
        var sources = Repository.Sources().ToList();
        await Assert.That(sources.Count).IsGreaterThan(500);
        await Assert.That(sources.SelectMany(static file =>
            Problems(Repository.Source(file))
                .Where(problem => !AnswersRequests(file) || !problem.StartsWith(" 'params."))
                .Select(problem => $"Tspm/{file}:{problem}"))).IsEmpty();
    }

    static bool AnswersRequests(string file) =>
        file.StartsWith("Daemon/", StringComparison.Ordinal) || file.StartsWith("Protocol/", StringComparison.Ordinal);

    [Test]
    [Arguments("/// <summary>Null: it is no file.</summary>", "is no file")]
    [Arguments("// Nothing of it is kept.", "of it")]
    [Arguments("/// <summary>Waits so many seconds.</summary>", "so many")]
    [Arguments("// The daemon is told at once.", "is told")]
    [Arguments("// The text behind the colon.", "behind the")]
    [Arguments("throw new UsageException($\"'{name}' is no signal\");", "is no signal")]
    [Arguments("var text = \"it had\"\n    + \" so many\";", "so many")]
    [Arguments("\"\"\"\nThere is so\nmany text.\n\"\"\"", "so\nmany")]
    [Arguments("Fail(\"params.define[0] is missing\");", "params.")]
    [Arguments("Fail($\"no node on {Environment.GetEnvironmentVariable(\"PATH\")}\");", "PATH")]
    [Arguments("Fail(\"not found in \" + Environment.GetEnvironmentVariable(\"PATH\"));", "PATH")]
    [Arguments("Fail($\"not found in the PATH {searchPath}\");", "PATH {")]
    public async Task A_foreign_phrase_is_found(string source, string phrase, CancellationToken cancellation) =>
        await Assert.That(Problems(source).Single()).Contains(phrase.Replace('\n', ' '));

    [Test]
    [Arguments("// It is no longer there; the end of it is near, and some of it is lost.")]
    [Arguments("// Processes that the child left behind the main one.")]
    [Arguments("var so_many = is.no.file; // code is not text")]
    [Arguments("Fail(\"node is not on the PATH\");")]
    [Arguments("json.WritePropertyName(\"params\");")]
    [Arguments("var path = Environment.GetEnvironmentVariable(\"PATH\");")]
    public async Task Plain_English_passes(string source, CancellationToken cancellation) =>
        await Assert.That(Problems(source)).IsEmpty();

    static IEnumerable<string> Problems(string source)
    {
        foreach (Match text in Text().Matches(Joined(source)))
        {
            var words = Space().Replace(text.Value, " ");
            foreach (Match found in Foreign().Matches(words))
            {
                if (IsAllowed(words, found)) continue;
                yield return $" '{found.Value}' in: {words[..Math.Min(words.Length, 160)]}";
            }
        }
        foreach (Match found in PathValue().Matches(source)) yield return $" a message with the value: {found.Value}";
    }

    /// <summary>Joins a comment of several lines, and a message that consists of several strings.</summary>
    static string Joined(string source) => StringBreak().Replace(CommentBreak().Replace(source, " "), "");

    static bool IsAllowed(string words, Match found) => Allowed.Any(phrase =>
    {
        for (var at = words.IndexOf(phrase, StringComparison.Ordinal); at >= 0;
            at = words.IndexOf(phrase, at + 1, StringComparison.Ordinal))
            if (at <= found.Index + found.Length && found.Index <= at + phrase.Length) return true;
        return false;
    });

    /// <summary>Comments and strings.</summary>
    [GeneratedRegex("\"\"\"[\\s\\S]*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|//[^\\n]*")]
    private static partial Regex Text();

    /// <summary>"there is no daemon" is right; "it is no daemon" is not.</summary>
    [GeneratedRegex("\\b(?:(?<![Tt]here )[Ii]s no [a-z]+|[Ss]o many|of it|is told|are told|behind the)\\b"
        + "|params\\.[a-z]|PATH \\{")]
    private static partial Regex Foreign();

    /// <summary>The value of PATH inside a message.</summary>
    [GeneratedRegex("(?:\"[^\"\\n]*\\{|\"\\s*\\+\\s*)[^\"\\n;]*GetEnvironmentVariable\\(\"PATH\"\\)")]
    private static partial Regex PathValue();

    [GeneratedRegex("(?<=///?[^\\n]*)\\n\\s*///?")]
    private static partial Regex CommentBreak();

    [GeneratedRegex("(?<=[^\\\\])\"\\s*\\+\\s*\\$?\"")]
    private static partial Regex StringBreak();

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();
}
