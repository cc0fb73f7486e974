using System.Text;
using CsCheck;
using Tspm.Client.Terminal;

namespace Tspm.Tests.Client.Terminal;

/// <summary>Keys, mouse and paste, however the bytes arrive.</summary>
[Timeout(120_000)]
public sealed class InputDecoderTests
{
    static List<InputEvent> Decode(byte[] bytes, bool flush = true)
    {
        var (decoder, events) = (new InputDecoder(), new List<InputEvent>());
        decoder.Feed(bytes, events);
        if (flush) decoder.Flush(events);
        return events;
    }

    /// <summary>Short: "Ctrl-A", "Up", "Shift+Tab", "x".</summary>
    static string Name(InputEvent happened) => happened switch
    {
        InputEvent.KeyPress key => string.Concat(
            key.Modifiers.HasFlag(Modifiers.Ctrl) ? "Ctrl+" : "", key.Modifiers.HasFlag(Modifiers.Alt) ? "Alt+" : "",
            key.Modifiers.HasFlag(Modifiers.Shift) ? "Shift+" : "",
            key.Key == Key.Character ? new Rune(key.Character).ToString() : key.Key.ToString()),
        InputEvent.Mouse mouse => $"{mouse.Action} {mouse.Button} {mouse.X},{mouse.Y} {mouse.Modifiers}",
        InputEvent.Paste paste => $"paste '{paste.Text}'",
        _ => happened.ToString(),
    };

    static string Names(string bytes, bool flush = true) =>
        string.Join(' ', Decode(Encoding.UTF8.GetBytes(bytes), flush).Select(Name));

    [Test]
    [Arguments("qä日🚀", "q ä 日 🚀"), Arguments("\r\n\t\u007f\b", "Enter Enter Tab Backspace Backspace")]
    [Arguments("\u0001\u0003\u001a\0\u001c", "Ctrl+a Ctrl+c Ctrl+z Ctrl+  Ctrl+\\")]
    [Arguments("\e[A\e[B\e[C\e[D\e[H\e[F", "Up Down Right Left Home End"), Arguments("\eOA\eOP\eOS", "Up F1 F4")]
    [Arguments("\e[5~\e[6~\e[2~\e[3~\e[1~\e[4~", "PageUp PageDown Insert Delete Home End")]
    [Arguments("\e[11~\e[15~\e[17~\e[21~\e[24~\e[[A\e[[E", "F1 F5 F6 F10 F12 F1 F5")]
    [Arguments("\e[1;5A\e[1;2B\e[3;6~\e[1;8C", "Ctrl+Up Shift+Down Ctrl+Shift+Delete Ctrl+Alt+Shift+Right")]
    [Arguments("\e[Z\ex\e\u0001\eé", "Shift+Tab Alt+x Ctrl+Alt+a Alt+é"), Arguments("\e", "Escape")]
    [Arguments("\e\e", "Escape Escape"), Arguments("\e[", "Alt+["), Arguments("\eO", "Alt+O")]
    [Arguments("\e]", "Alt+]")]
    [Arguments("\e\e[A", "Escape Up"), Arguments("\e[97;5u\e[27u\e[27;5;9~", "Ctrl+a Escape Ctrl+Tab")]
    [Arguments("\e[?1;2cq\e[>0;276;0cq\e[12;40Rq", "q q q"), Arguments("\e[Iq\e[Oq", "q q")]
    [Arguments("\e]11;rgb:0000/0000/0000\aq\eP1$r0m\e\\q", "q q"), Arguments("\e[1;\e[A", "Up")]
    [Arguments("\e[M !!q", "q"), Arguments("\e[;Hq\e[-5Aq\e[99999999999Aq", "Home q q q")]
    public async Task Keys_are_decoded(string bytes, string names, CancellationToken cancellation) =>
        await Assert.That(Names(bytes)).IsEqualTo(names);

    [Test]
    [Arguments("\e[<0;1;1M", "Press Left 0,0 None"), Arguments("\e[<0;10;20m", "Release Left 9,19 None")]
    [Arguments("\e[<2;300;200M", "Press Right 299,199 None"), Arguments("\e[<32;3;4M", "Drag Left 2,3 None")]
    [Arguments("\e[<64;3;4M\e[<65;3;4M", "WheelUp None 2,3 None WheelDown None 2,3 None")]
    [Arguments("\e[<20;1;1M", "Press Left 0,0 Shift, Ctrl"), Arguments("\e[<8;1;1M", "Press Left 0,0 Alt")]
    [Arguments("\e[<0;0;1M\e[<0;1M\e[<M\e[<128;1;1M\e[<66;1;1Mq", "q")]
    public async Task The_mouse_is_decoded(string bytes, string names, CancellationToken cancellation) =>
        await Assert.That(Names(bytes)).IsEqualTo(names);

    [Test]
    public async Task Pasted_text_is_never_a_key(CancellationToken cancellation)
    {
        await Assert.That(Names("a\e[200~rm *\r\e[A日\e[201\e[201~b")).IsEqualTo("a paste 'rm *\r\e[A日\e[201' b");
        await Assert.That(Names("\e[200~D\u0003")).IsEqualTo("");
        var pasted = Decode(Encoding.ASCII.GetBytes($"\e[200~{new string('x', 3 << 20)}\e[201~q"));
        await Assert.That(((InputEvent.Paste)pasted[0]).Text.Length).IsEqualTo(1 << 20);
        await Assert.That(Name(pasted[1])).IsEqualTo("q");
    }

    /// <summary>
    /// Only the caller knows how long to wait. Until it says so, ESC may be the beginning of anything.
    /// </summary>
    [Test]
    public async Task A_lone_ESC_is_a_key_when_the_caller_says_so(CancellationToken cancellation)
    {
        var (decoder, events) = (new InputDecoder(), new List<InputEvent>());
        decoder.Feed("\e"u8, events);
        await Assert.That((events.Count, decoder.IsIncomplete)).IsEqualTo((0, true));
        decoder.Flush(events);
        await Assert.That((Name(events.Single()), decoder.IsIncomplete)).IsEqualTo(("Escape", false));
        decoder.Feed("[A"u8, events);
        await Assert.That(string.Join(' ', events.Select(Name))).IsEqualTo("Escape [ A");
        decoder.Feed([0xe6, 0x97], events);
        await Assert.That(decoder.IsIncomplete).IsTrue();
        decoder.Flush(events);
        await Assert.That(Name(events[^1])).IsEqualTo("\ufffd");
    }

    [Test]
    public async Task An_endless_sequence_is_dropped_and_never_typed(CancellationToken cancellation)
    {
        await Assert.That(Names($"\e[{new string('1', 500)}Aq")).IsEqualTo("q");
        await Assert.That(Names($"\e]{new string('x', 5000)}\aq")).IsEqualTo("q");
    }

    [Test]
    public async Task Invalid_text_does_not_swallow_what_follows(CancellationToken cancellation)
    {
        byte[] bytes = [0xff, (byte)'q', 0xc3, (byte)'x', 0xe6, 0x97, 0x1b, (byte)'[', (byte)'A'];
        await Assert.That(string.Join(' ', Decode(bytes).Select(Name))).IsEqualTo("\ufffd q \ufffd x \ufffd Up");
    }

    /// <summary>Bytes that often begin or end something.</summary>
    static readonly Gen<byte[]> Rubbish = Gen.OneOf(
        Gen.Byte, Gen.Const((byte)0x1b), Gen.Char["[]O<;~Mm0129Aut?\\P\a"].Select(static letter => (byte)letter))
        .Array[0, 60];

    [Test]
    public async Task No_bytes_make_it_fail_and_it_does_not_matter_how_they_are_split(CancellationToken cancellation)
    {
        Gen.Select(Rubbish, Gen.Int[0, 60]).Sample((bytes, at) =>
        {
            var (decoder, events) = (new InputDecoder(), new List<InputEvent>());
            at = Math.Min(at, bytes.Length);
            decoder.Feed(bytes.AsSpan(0, at), events);
            decoder.Feed(bytes.AsSpan(at), events);
            decoder.Flush(events);
            foreach (var happened in events) _ = Name(happened);
            if (!events.SequenceEqual(Decode(bytes))) return false;
            // Whatever came before, the next key counts, unless it is part of an unfinished paste.
            decoder.Feed("q"u8, events);
            return Encoding.Latin1.GetString(bytes).Contains("\e[200~", StringComparison.Ordinal)
                || Name(events[^1]) == "q";
        }, iter: 20_000);
        await Task.CompletedTask;
    }
}
