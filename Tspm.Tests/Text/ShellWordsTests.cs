using CsCheck;
using Tspm.Tests.Config;
using Tspm.Text;

namespace Tspm.Tests.Text;

[Timeout(120_000)]
internal sealed class ShellWordsTests
{
    [Test]
    [Arguments("node server.js", "node|server.js")]
    [Arguments("  a \t b  ", "a|b")]
    [Arguments("a 'b c' d", "a|b c|d")]
    [Arguments("a \"b c\" d", "a|b c|d")]
    [Arguments("a b'c'\"d\"e", "a|bcde")]
    [Arguments("a '' \"\"", "a||")]
    [Arguments("a \\$HOME \\* \\~ \\#", "a|$HOME|*|~|#")]
    [Arguments("a '$HOME `x` * ; |'", "a|$HOME `x` * ; |")]
    [Arguments("a \"* ; | ~ # ( ' [\"", "a|* ; | ~ # ( ' [")]
    [Arguments("a \"\\$x \\\" \\\\ \\` \\n\"", "a|$x \" \\ ` \\n")]
    [Arguments("a b~ c#d x=y", "a|b~|c#d|x=y")]
    [Arguments("a --if=1 if for { } !", "a|--if=1|if|for|{|}|!")]
    [Arguments("find . -exec ls {} +", "find|.|-exec|ls|{}|+")]
    [Arguments("'if' x", "if|x")]
    [Arguments("\\A=1 x", "A=1|x")]
    [Arguments("'A'=1 x", "A=1|x")]
    [Arguments("1A=1 x", "1A=1|x")]
    [Arguments("a-b=1 x", "a-b=1|x")]
    [Arguments("a 'b\nc'", "a|b\nc")]
    [Arguments("a \"b\\\nc\"", "a|bc")]
    [Arguments("echo grüße 日本", "echo|grüße|日本")]
    [Arguments("a\u00a0b", "a\u00a0b")]
    public async Task A_plain_command_is_split(string command, string words, CancellationToken cancellation)
    {
        var split = ShellWords.Analyze(command);
        await Assert.That(split.UsesShell).IsFalse();
        await Assert.That(split.Problem).IsNull();
        await Assert.That(string.Join('|', split.Words!)).IsEqualTo(words);
    }

    [Test]
    [Arguments("a | b")]
    [Arguments("a|b")]
    [Arguments("a & b")]
    [Arguments("a && b")]
    [Arguments("a; b")]
    [Arguments("a > f")]
    [Arguments("a 2>&1")]
    [Arguments("a < f")]
    [Arguments("(a)")]
    [Arguments("a $HOME")]
    [Arguments("a \"$HOME\"")]
    [Arguments("a `b`")]
    [Arguments("a \"`b`\"")]
    [Arguments("~/bin/a")]
    [Arguments("a ~/b")]
    [Arguments("a *")]
    [Arguments("a b?")]
    [Arguments("a [bc]")]
    [Arguments("[ -f x ]")]
    [Arguments("a\nb")]
    [Arguments("a \\\n b")]
    [Arguments("a # comment's end")]
    [Arguments("A=1 b")]
    [Arguments("A=1")]
    [Arguments("_a9='x' b")]
    [Arguments("{ a")]
    [Arguments("! a")]
    [Arguments("if")]
    [Arguments("while true")]
    [Arguments("for i in a")]
    [Arguments("cd /tmp")]
    [Arguments("'cd' /tmp")]
    [Arguments("exec node")]
    [Arguments(". ./env")]
    [Arguments("exit 3")]
    [Arguments(": x")]
    [Arguments("$X 'never closed")]
    public async Task What_needs_a_shell_goes_to_it_whole(string command, CancellationToken cancellation)
    {
        var split = ShellWords.Analyze(command);
        await Assert.That(split.UsesShell).IsTrue();
        await Assert.That(split.Words).IsNull();
        await Assert.That(split.Problem).IsNull();
        await Assert.That(ShellWords.Split(command)).IsNull();
    }

    [Test]
    [Arguments("", "the command is empty; give a program to run")]
    [Arguments(" \t ", "the command is empty; give a program to run")]
    [Arguments("'' x", "the command starts with an empty word; give a program to run")]
    [Arguments("a 'b", "the single quote at position 3 of the command is never closed")]
    [Arguments("a \"b'", "the double quote at position 3 of the command is never closed")]
    [Arguments("a \\", "the command ends with a backslash that escapes nothing")]
    [Arguments("a \0", "the command contains a NUL character")]
    public async Task A_broken_command_is_a_sentence(string command, string problem, CancellationToken cancellation)
    {
        var split = ShellWords.Analyze(command);
        await Assert.That(split.Problem).IsEqualTo(problem);
        await Assert.That(split.UsesShell).IsFalse();
        await Assert.That(split.Words).IsNull();
    }

    [Test]
    [Arguments("plain-1.2/x:y,@%+_", "plain-1.2/x:y,@%+_")]
    [Arguments("", "''")]
    [Arguments("a b", "'a b'")]
    [Arguments("it's", "'it'\\''s'")]
    [Arguments("A=1", "'A=1'")]
    public async Task Quotes_are_put_only_where_they_must_be(string word, string quoted,
        CancellationToken cancellation) =>
        await Assert.That(ShellWords.Quote(word)).IsEqualTo(quoted);

    [Test]
    public void What_is_quoted_is_read_back_as_one_word(CancellationToken cancellation) =>
        Word.List[0, 5].Sample(words =>
            ShellWords.Split("x " + string.Join(' ', words.Select(ShellWords.Quote)))!.Skip(1).SequenceEqual(words));

    [Test]
    public void Reading_never_throws_and_gives_exactly_one_answer(CancellationToken cancellation) =>
        Gen.Char["ab '\"\\$|=~#*{!\n\0"].Array[0, 12].Sample(letters =>
        {
            var split = ShellWords.Analyze(new string(letters));
            return (split.Words is null ? 0 : 1) + (split.UsesShell ? 1 : 0) + (split.Problem is null ? 0 : 1) == 1;
        });

    [Test]
    public async Task The_real_shell_reads_quoted_words_the_same(CancellationToken cancellation)
    {
        var words = new List<string>();
        Word.Sample(words.Add, iter: 300, threads: 1);
        var real = await RealShell.WordsAsync(string.Join(' ', words.Select(ShellWords.Quote)), cancellation);
        await Assert.That(string.Join('\0', real)).IsEqualTo(string.Join('\0', words));
    }

    [Test]
    public async Task The_real_shell_splits_plain_commands_the_same(CancellationToken cancellation)
    {
        var commands = new List<string>();
        Gen.Char["ab= '\"\\#~{}!-\t"].Array[1, 14].Sample(letters =>
        {
            var command = "x " + new string(letters);
            if (ShellWords.Split(command) is not null) commands.Add(command["x ".Length..]);
        }, iter: 3000, threads: 1);
        await Assert.That(commands.Count).IsGreaterThan(100);
        // One shell for all; a comma, which no command holds, stands between them.
        var expected = commands.SelectMany(command => ShellWords.Split("x " + command)!.Skip(1).Append(","));
        var real = await RealShell.WordsAsync(string.Concat(commands.Select(command => command + " , ")), cancellation);
        await Assert.That(string.Join('|', real)).IsEqualTo(string.Join('|', expected));
    }

    /// <summary>Every kind of letter that a shell minds, and some that it does not.</summary>
    static readonly Gen<string> Word =
        Gen.Char["ab '\"\\$`|&;<>()~#*?[]{}!=\n\tä日-/."].Array[0, 10].Select(letters => new string(letters));
}
