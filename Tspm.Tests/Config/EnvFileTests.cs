using CsCheck;
using Tspm.Config;

namespace Tspm.Tests.Config;

[Timeout(60_000)]
internal sealed class EnvFileTests
{
    static readonly Dictionary<string, string> Base = new() { ["HOME"] = "/home/u", ["EMPTY"] = "" };

    [Test]
    [Arguments("", "")]
    [Arguments("A=1", "A=1")]
    [Arguments("\uFEFFA=1\r\nB=2\r\n", "A=1|B=2")]
    [Arguments("# comment\n\n  \n A = 1 \n", "A=1")]
    [Arguments("export A=1\nexport\tB=2", "A=1|B=2")]
    [Arguments("A=", "A=")]
    [Arguments("A=''", "A=")]
    [Arguments("A=b c d  # comment", "A=b c d")]
    [Arguments("A=b#c", "A=b#c")]
    [Arguments("A=#c", "A=")]
    [Arguments("A=x=y", "A=x=y")]
    [Arguments("A='$HOME \\n # ' # comment", "A=$HOME \\n # ")]
    [Arguments("A=\"a\\tb\\nc\\\"d\\\\e\\q # \"", "A=a\tb\nc\"d\\e\\q # ")]
    [Arguments("A=\"line 1\nline 2\"\nB='3\n4'", "A=line 1\nline 2|B=3\n4")]
    [Arguments("A=\"x\r\ny\"", "A=x\ny")]
    [Arguments("A=${HOME}/x\nB=${A}/y\nC=\"${B}!\"", "A=/home/u/x|B=/home/u/x/y|C=/home/u/x/y!")]
    [Arguments("A=$HOME-$NONE-$-$$-$5\nB=\"abc$def\"\nC=pa$$word", "A=$HOME-$NONE-$-$$-$5|B=abc$def|C=pa$$word")]
    [Arguments("A=\\$HOME\nB=\"\\$HOME\"\nC=\\${NONE}\nD=\"\\${NONE}\"", "A=$HOME|B=$HOME|C=${NONE}|D=${NONE}")]
    [Arguments("A=$${HOME}\nB=${EMPTY}.\nC=$(id)", "A=$/home/u|B=.|C=$(id)")]
    [Arguments("A=1\nA=${A}2", "A=12")]
    [Arguments("A='${HOME}'\nB=${A}", "A=${HOME}|B=${HOME}")]
    [Arguments("A=`\nB=`a`b\nC=a`b`", "A=`|B=`a`b|C=a`b`")]
    [Arguments("A=1\nA=2", "A=2")]
    [Arguments("A.b-c_1=x", "A.b-c_1=x")]
    [Arguments("A=C:\\dir\\n", "A=C:\\dir\\n")]
    public async Task Values_are_read(string text, string values, CancellationToken cancellation)
    {
        var result = EnvFile.Parse(text, "x.env", Base);
        await Assert.That(result.Problem).IsNull();
        await Assert.That(string.Join('|', result.Values!.Select(pair => $"{pair.Key}={pair.Value}")))
            .IsEqualTo(values);
    }

    [Test]
    [Arguments("A=1\nB", "x.env, line 2: expected KEY=VALUE, found 'B'")]
    [Arguments("=1", "x.env, line 1: expected KEY=VALUE, found '=1'")]
    [Arguments("1A=1", "x.env, line 1: expected KEY=VALUE, found '1A=1'")]
    [Arguments("A B=1", "x.env, line 1: expected KEY=VALUE, found 'A B=1'")]
    [Arguments("export A", "x.env, line 1: expected KEY=VALUE, found 'export A'")]
    [Arguments("\n\nA='b\nc", "x.env, line 3: the single quote is never closed")]
    [Arguments("A=\"b\\\"", "x.env, line 1: the double quote is never closed")]
    [Arguments("A=\"a\nb\"\nC", "x.env, line 3: expected KEY=VALUE, found 'C'")]
    [Arguments("A='b' c", "x.env, line 1: unexpected 'c' after the closing quote")]
    [Arguments(
        "A=${B",
        "x.env, line 1: '${' is never closed with '}'; to keep these characters, put the value in single "
            + "quotes")]
    [Arguments(
        "A=\"${B\n}\"",
        "x.env, line 1: '${' is never closed with '}'; to keep these characters, put the value in single "
            + "quotes")]
    [Arguments(
        "A=${B?x}",
        "x.env, line 1: '${B?x}' is not a valid reference: only ${NAME} is replaced; to keep these characters, put "
        + "the value in single quotes")]
    [Arguments(
        "A=${HOME:-x}",
        "x.env, line 1: '${HOME:-x}' is not a valid reference: only ${NAME} is replaced; to keep these characters, "
        + "put the value in single quotes")]
    [Arguments(
        "A=${B${C}}",
        "x.env, line 1: '${B${C}' is not a valid reference: only ${NAME} is replaced; to keep these characters, put "
        + "the value in single quotes")]
    [Arguments(
        "A=1\nB=x${NONE}",
        "x.env, line 2: NONE is set neither above nor in the environment; set it, or write '${NONE}' in single "
        + "quotes to use it as text")]
    [Arguments(
        "A=\"x\n\n${NONE}\"",
        "x.env, line 1: NONE is set neither above nor in the environment; set it, or write '${NONE}' in single "
        + "quotes to use it as text")]
    [Arguments(
        "A=${B}\nB=1",
        "x.env, line 1: B is set neither above nor in the environment; set it, or write '${B}' in single "
        + "quotes to use it as text")]
    [Arguments(
        "A=`date` # x",
        "x.env, line 1: the value is in backticks, which Node reads as quotes and a shell as a command; write it "
        + "in '…' or \"…\"")]
    [Arguments("A=b\0c", "x.env, line 1: the value of A contains a NUL character")]
    public async Task A_broken_line_is_named(string text, string problem, CancellationToken cancellation)
    {
        var result = EnvFile.Parse(text, "x.env", Base);
        await Assert.That(result.Problem).IsEqualTo(problem);
        await Assert.That(result.Values).IsNull();
    }

    /// <summary>The examples of docs.docker.com/compose/environment-variables/env-file; null: refused, on
    /// purpose.</summary>
    [Test]
    [Arguments("VAR=VAL", "VAL")]
    [Arguments("VAR=\"VAL\"", "VAL")]
    [Arguments("VAR='VAL'", "VAL")]
    [Arguments("VAR=VAL # comment", "VAL")]
    [Arguments("VAR=VAL# not a comment", "VAL# not a comment")]
    [Arguments("VAR=\"VAL # not a comment\"", "VAL # not a comment")]
    [Arguments("VAR=\"VAL\" # comment", "VAL")]
    [Arguments("VAR='$OTHER'", "$OTHER")]
    [Arguments("VAR='${OTHER}'", "${OTHER}")]
    [Arguments("VAR='Let\\'s go!'", null)]
    [Arguments("VAR=\"{\\\"hello\\\": \\\"json\\\"}\"", "{\"hello\": \"json\"}")]
    [Arguments("VAR=\"some\\tvalue\"", "some\tvalue")]
    [Arguments("VAR='some\\tvalue'", "some\\tvalue")]
    [Arguments("VAR=some\\tvalue", "some\\tvalue")]
    [Arguments("VAR=${OTHER}", "other")]
    [Arguments("VAR=$OTHER", "$OTHER")]
    [Arguments("VAR=${OTHER:-default}", null)]
    [Arguments("VAR=${OTHER-default}", null)]
    [Arguments("VAR=${OTHER:?error}", null)]
    [Arguments("VAR=${OTHER?error}", null)]
    [Arguments("VAR=${OTHER:+replacement}", null)]
    [Arguments("VAR=${OTHER+replacement}", null)]
    public async Task The_examples_of_Docker_Compose_mean_the_same_or_are_refused(
        string text, string? value, CancellationToken cancellation) =>
        await Same(text, "VAR", value);

    /// <summary>The examples of nodejs.org/api/environment_variables.html and cli.html; null: refused, on
    /// purpose.</summary>
    [Test]
    [Arguments("MY_VAR_A = \"my variable A\"", "my variable A")]
    [Arguments("MY_SIMPLE_VAR = a simple single line variable", "a simple single line variable")]
    [Arguments("MY_EQUALS_VAR = \"this variable contains an = sign!\"", "this variable contains an = sign!")]
    [Arguments("MY_HASH_VAR = 'this variable contains a # symbol!'", "this variable contains a # symbol!")]
    [Arguments(
        "MY_MULTILINE_VAR = '\nthis is a multiline variable containing\ntwo lines'",
        "\nthis is a multiline variable containing\ntwo lines")]
    [Arguments("   MY_VAR_A   =    my variable a", "my variable a")]
    [Arguments("    MY_VAR_B   =    '   my variable b   '", "   my variable b   ")]
    [Arguments("MY_VAR = my variable # This is also a comment", "my variable")]
    [Arguments("MY_VAR_A = \"# this is NOT a comment\"", "# this is NOT a comment")]
    [Arguments("export MY_VAR = my variable", "my variable")]
    [Arguments("MULTI_LINE=\"THIS IS\nA MULTILINE\"", "THIS IS\nA MULTILINE")]
    [Arguments("USERNAME=`nodejs`", null)]
    [Arguments("PORT=3000#comment", "3000#comment")]
    [Arguments("JSON={ \"hello\": \"world\" }", "{ \"hello\": \"world\" }")]
    [Arguments("1_VAR=x", null)]
    public async Task The_examples_of_Node_mean_the_same_or_are_refused(
        string text, string? value, CancellationToken cancellation) =>
        await Same(text, text.Split('=')[0].Trim().Split(' ')[^1], value);

    static async Task Same(string text, string name, string? value)
    {
        var result = EnvFile.Parse(text, "x.env", new Dictionary<string, string> { ["OTHER"] = "other" });
        if (value is null) await Assert.That(result.Problem ?? "").StartsWith("x.env, line 1: ");
        else await Assert.That(result.Values?[name]).IsEqualTo(value).Because(result.Problem ?? "it is read");
    }

    [Test]
    public void Reading_always_ends_with_one_of_the_two(CancellationToken cancellation) =>
        Gen.Char["AB='\"\\$ {}#\n:-"].Array[0, 25].Sample(letters =>
        {
            var result = EnvFile.Parse(new string(letters), "x", Base);
            return result.Values is null != result.Problem is null;
        });

    [Test]
    public async Task A_file_that_cannot_be_read_is_a_sentence(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await Assert.That(EnvFile.Read(folder.At("none"), Base).Problem)
            .IsEqualTo($"the env file {folder.At("none")} does not exist");
        await Assert.That(EnvFile.Read(folder.At("a/b"), Base).Problem)
            .IsEqualTo($"the env file {folder.At("a/b")} does not exist");
        await Assert.That(EnvFile.Read(folder.Path, Base).Problem)
            .IsEqualTo($"the env file {folder.Path} is a directory, not a file");
        await Assert.That(EnvFile.Read("/dev/zero", Base).Problem)
            .IsEqualTo("the env file /dev/zero is a device, not a regular file; copy its content into a regular file "
                + "and use that");
        await File.WriteAllBytesAsync(folder.At("latin"), [(byte)'A', (byte)'=', 0xE4], cancellation);
        await Assert.That(EnvFile.Read(folder.At("latin"), Base).Problem)
            .IsEqualTo($"the env file {folder.At("latin")} is not valid UTF-8");
        var good = folder.Write("good", "A=ä\n");
        await Assert.That(EnvFile.Read(good, Base).Values!["A"]).IsEqualTo("ä");
    }

    [Test]
    public async Task A_file_whose_variables_stand_for_more_than_a_megabyte_is_refused_with_its_line(
        CancellationToken cancellation)
    {
        var doubling = "A0=0123456789\n"
            + string.Concat(Enumerable.Range(1,
                8).Select(n => $"A{n}={string.Concat(Enumerable.Repeat($"${{A{n - 1}}}", 10))}\n"));
        await Assert.That(EnvFile.Parse(doubling, "f", Base).Problem)
            .IsEqualTo("f, line 6: with its variables expanded, the file is larger than 1 MB; shorten the values that "
                + "the variables stand for");
        // The same without a variable, within quotes, by one huge variable that is used often, and by values that are
        // written over.
        var large = new string('x', 700_000);
        await Assert.That(EnvFile.Parse($"A=\"{large}\"\nB={large}\n", "f", Base).Problem)
            .StartsWith("f, line 2: with its variables expanded");
        await Assert.That(
            EnvFile.Parse("A=\"${BIG}${BIG}\"", "f", new Dictionary<string, string> { ["BIG"] = large }).Problem)
            .StartsWith("f, line 1: with its variables expanded");
        await Assert.That(
            EnvFile.Parse("A=${BIG}\nA=${BIG}\n", "f", new Dictionary<string, string> { ["BIG"] = large }).Problem)
            .StartsWith("f, line 2: with its variables expanded");
        await Assert.That(
            EnvFile.Parse("A=${BIG}\nB=ä", "f", new Dictionary<string, string> { ["BIG"] = large }).Values!["A"].Length)
            .IsEqualTo(700_000);
        var limit = new string('x', EnvFileReader.MaxExpandedBytes - 1);
        await Assert.That(
            EnvFile.Parse("A=${BIG}\nB=y", "f", new Dictionary<string, string> { ["BIG"] = limit }).Problem).IsNull();
        await Assert.That(
            EnvFile.Parse("A=${BIG}\nB=yz", "f", new Dictionary<string, string> { ["BIG"] = limit }).Problem)
            .StartsWith("f, line 2");
    }

    [Test]
    [Arguments("\n"), Arguments("A=\n"), Arguments("A=\\${A}\n"), Arguments("A=${HOME}\n"), Arguments("#\n"),
        Arguments("A='\n'\n")]
    public async Task A_file_of_the_largest_size_is_read_in_no_time(string line, CancellationToken cancellation)
    {
        var text = string.Concat(Enumerable.Repeat(line, (1 << 20) / line.Length));
        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        await Assert.That(EnvFile.Parse(text, "f", Base).Problem).IsNull();
        await Assert.That(System.Diagnostics.Stopwatch.GetElapsedTime(begun)).IsLessThan(TimeSpan.FromSeconds(2));
        await Assert.That(EnvFile.Parse(text + "?", "f", Base).Problem)
            .StartsWith($"f, line {text.Count(letter => letter == '\n') + 1}: expected KEY=VALUE");
    }
}
