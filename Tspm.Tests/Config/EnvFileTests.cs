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
    [Arguments("A=$HOME/x\nB=${A}/y\nC=\"$B!\"", "A=/home/u/x|B=/home/u/x/y|C=/home/u/x/y!")]
    [Arguments("A=$NONE-${NONE}-$", "A=--$")]
    [Arguments("A=\\$HOME\nB=\"\\$HOME\"\nC=$5", "A=$HOME|B=$HOME|C=$5")]
    [Arguments("A=${NONE:-d e}\nB=${EMPTY:-x}\nC=${HOME:-x}", "A=d e|B=x|C=/home/u")]
    [Arguments("A=1\nA=2", "A=2")]
    [Arguments("A.b-c_1=x", "A.b-c_1=x")]
    [Arguments("A=C:\\dir\\n", "A=C:\\dir\\n")]
    public async Task Values_are_read(string text, string values, CancellationToken cancellation)
    {
        var result = EnvFile.Parse(text, "x.env", Base);
        await Assert.That(result.Problem).IsNull();
        await Assert.That(string.Join('|', result.Values!.Select(pair => $"{pair.Key}={pair.Value}"))).IsEqualTo(values);
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
    [Arguments("A='b' c", "x.env, line 1: after the closing quote comes 'c'; only a comment may")]
    [Arguments("A=${B", "x.env, line 1: '${' is never closed with '}'")]
    [Arguments("A=${B?x}", "x.env, line 1: '${B?x}' is not understood; write ${NAME} or ${NAME:-default}")]
    [Arguments("A=b\0c", "x.env, line 1: the value of A contains a NUL character")]
    public async Task A_broken_line_is_named(string text, string problem, CancellationToken cancellation)
    {
        var result = EnvFile.Parse(text, "x.env", Base);
        await Assert.That(result.Problem).IsEqualTo(problem);
        await Assert.That(result.Values).IsNull();
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
        await Assert.That(EnvFile.Read(folder.At("none"), Base).Problem).IsEqualTo($"the env file {folder.At("none")} does not exist");
        await Assert.That(EnvFile.Read(folder.At("a/b"), Base).Problem).IsEqualTo($"the env file {folder.At("a/b")} does not exist");
        await Assert.That(EnvFile.Read(folder.Path, Base).Problem).IsEqualTo($"the env file {folder.Path} is a directory, not a file");
        await Assert.That(EnvFile.Read("/dev/zero", Base).Problem).IsEqualTo("the env file /dev/zero is a device, not a regular file; copy its content into a regular file and use that");
        await File.WriteAllBytesAsync(folder.At("latin"), [(byte)'A', (byte)'=', 0xE4], cancellation);
        await Assert.That(EnvFile.Read(folder.At("latin"), Base).Problem).IsEqualTo($"the env file {folder.At("latin")} is not UTF-8 text");
        var good = folder.Write("good", "A=ä\n");
        await Assert.That(EnvFile.Read(good, Base).Values!["A"]).IsEqualTo("ä");
    }

    [Test]
    public async Task A_file_whose_variables_stand_for_more_than_a_megabyte_is_refused_with_its_line(CancellationToken cancellation)
    {
        var doubling = "A0=0123456789\n" + string.Concat(Enumerable.Range(1, 8).Select(n => $"A{n}={string.Concat(Enumerable.Repeat($"${{A{n - 1}}}", 10))}\n"));
        await Assert.That(EnvFile.Parse(doubling, "f", Base).Problem).IsEqualTo("f, line 6: with its variables expanded, the file is larger than 1 MB; shorten the values that the variables stand for");
        // The same by a default, within quotes, by one huge variable that is used often, and by values that are
        // written over.
        var large = new string('x', 700_000);
        await Assert.That(EnvFile.Parse($"A=\"{large}\"\nB=${{NONE:-{large}}}\n", "f", Base).Problem).StartsWith("f, line 2: with its variables expanded");
        await Assert.That(EnvFile.Parse("A=\"$BIG$BIG\"", "f", new Dictionary<string, string> { ["BIG"] = large }).Problem).StartsWith("f, line 1: with its variables expanded");
        await Assert.That(EnvFile.Parse("A=$BIG\nA=$BIG\n", "f", new Dictionary<string, string> { ["BIG"] = large }).Problem).StartsWith("f, line 2: with its variables expanded");
        await Assert.That(EnvFile.Parse("A=$BIG\nB=ä", "f", new Dictionary<string, string> { ["BIG"] = large }).Values!["A"].Length).IsEqualTo(700_000);
        var limit = new string('x', EnvFileReader.MaxExpandedBytes - 1);
        await Assert.That(EnvFile.Parse("A=$BIG\nB=y", "f", new Dictionary<string, string> { ["BIG"] = limit }).Problem).IsNull();
        await Assert.That(EnvFile.Parse("A=$BIG\nB=yz", "f", new Dictionary<string, string> { ["BIG"] = limit }).Problem).StartsWith("f, line 2");
    }

    [Test]
    [Arguments("\n"), Arguments("A=\n"), Arguments("A=$A\n"), Arguments("#\n"), Arguments("A='\n'\n")]
    public async Task A_file_of_the_largest_size_is_read_in_no_time(string line, CancellationToken cancellation)
    {
        var text = string.Concat(Enumerable.Repeat(line, (1 << 20) / line.Length));
        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        await Assert.That(EnvFile.Parse(text, "f", Base).Problem).IsNull();
        await Assert.That(System.Diagnostics.Stopwatch.GetElapsedTime(begun)).IsLessThan(TimeSpan.FromSeconds(2));
        await Assert.That(EnvFile.Parse(text + "?", "f", Base).Problem).StartsWith($"f, line {text.Count(letter => letter == '\n') + 1}: expected KEY=VALUE");
    }
}
