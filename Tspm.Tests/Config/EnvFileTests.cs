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
        await Assert.That(EnvFile.Read("/dev/zero", Base).Problem).IsEqualTo("the env file /dev/zero is larger than 1 MB");
        await File.WriteAllBytesAsync(folder.At("latin"), [(byte)'A', (byte)'=', 0xE4], cancellation);
        await Assert.That(EnvFile.Read(folder.At("latin"), Base).Problem).IsEqualTo($"the env file {folder.At("latin")} is not UTF-8 text");
        var good = folder.Write("good", "A=ä\n");
        await Assert.That(EnvFile.Read(good, Base).Values!["A"]).IsEqualTo("ä");
    }
}
