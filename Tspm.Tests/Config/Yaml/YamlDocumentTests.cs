namespace Tspm.Tests.Config.Yaml;

[Timeout(60_000)]
internal sealed class YamlDocumentTests
{
    /// <summary>One of everything, for damaged copies.</summary>
    public const string Long = """
        %YAML 1.2
        ---
        # a comment
        apps: &all
        - name: web   # the first
          script: ./server.js
          args: ["--port", 8080, 'it''s', {a: b, "c":d, e}]
          env: &env {PATH: /bin, EMPTY: , TEXT: "a\tb\u00e9\
            c"}
          notes: |
            first
              second

            third
          folded: >-
            one
            two

            three
        - <<: *env
          ? name
          : worker
          long: some words that
            go on in the next line

            and after an empty one
          !!str tag: ! 5
        -
          - nested
          - - deeper
        ...
        """;

    [Test]
    // Block collections.
    [Arguments("a: 1\nb:\n  c: 2\n  d:\n    - x\n    - y\n", "{=a =1 =b {=c =2 =d [=x =y ] } } ")]
    [Arguments("a:\n- x\n- y\nb: z\n", "{=a [=x =y ] =b =z } ")]
    [Arguments("- - a\n  - b\n- c: 1\n  d: 2\n-\n  e: 3\n", "[[=a =b ] {=c =1 =d =2 } {=e =3 } ] ")]
    [Arguments("a:\nb: \n- c\n", "{=a = =b [=c ] } ")]
    [Arguments("a:\n\nb: # nothing\n", "{=a = =b = } ")]
    [Arguments("? a\n: b\n? c\n", "{=a =b =c = } ")]
    [Arguments("? |\n  a\n: - b\n  - c\n", "{\"a\\n [=b =c ] } ")]
    // Plain scalars.
    [Arguments("http://x:80/a#b", "=http://x:80/a#b ")]
    [Arguments("a b  # c", "=a b ")]
    [Arguments("a: b\n  c\n\n  d\ne: -f\n", "{=a =b c\\nd =e =-f } ")]
    [Arguments("a: ?b\nc: :d\ne: 'f'\n", "{=a =?b =c =:d =e \"f } ")]
    [Arguments("a b: c d", "{=a b =c d } ")]
    [Arguments("é: 日本 😀", "{=é =日本 😀 } ")]
    // Quoted scalars.
    [Arguments("'a''b'", "\"a'b ")]
    [Arguments("\"a\\n\\t\\\\\\\"\\/\\x41\\u00e9\\U0001F600\\ud83d\\ude00\"", "\"a\\n\t\\\"/Aé😀😀 ")]
    [Arguments("'a\n  b\n\n\n  c '", "\"a b\\n\\nc  ")]
    [Arguments("\"a \\\n   b\\\n   \\ c\"", "\"a b c ")]
    [Arguments("\"a: b\": 'c: d'\n", "{\"a: b \"c: d } ")]
    [Arguments("'': \"\"", "{\" \" } ")]
    // Block scalars.
    [Arguments("a: |\n  b\n   c\n\n  d\n\nf: g\n", "{=a \"b\\n c\\n\\nd\\n =f =g } ")]
    [Arguments("a: >\n  b\n  c\n\n  d\n   e\n  f\n", "{=a \"b c\\nd\\n e\\nf\\n } ")]
    [Arguments("a: |-\n  b\n\nc: |+\n  d\n\ne: |2-\n    f\n", "{=a \"b =c \"d\\n\\n =e \"  f } ")]
    [Arguments("- | # text\n # no comment\n- >1+\n  x\n", "[\"# no comment\\n \" x\\n ] ")]
    // Flow collections.
    [Arguments("[a, 'b', [c, ], {d: e, f, \"g\":h, ? i : j}]", "[=a \"b [=c ] {=d =e =f = \"g =h =i =j } ] ")]
    [Arguments("[a: b, : c, ? d]", "[{=a =b } {= =c } {=d = } ] ")]
    [Arguments("a: [b,\nc # d\n, e\n]\n", "{=a [=b =c =e ] } ")]
    [Arguments("{a: http://b:1/, c: d e}", "{=a =http://b:1/ =c =d e } ")]
    // Anchors, aliases and tags.
    [Arguments("a: &x 1\nb: *x\n&k c: *x\n*k : d\n", "{=a =1 =b *x =c *x *k =d } ")]
    [Arguments("&a\nb: &c # d\n  - e\n", "{=b [=e ] } ")]
    [Arguments("!!map\na: !!str &b 1\nc: !d\n", "{=a !=1 =c != } ")]
    // Documents, comments, line breaks.
    [Arguments("\ufeff%YAML 1.2\n# c\n--- a\n...\n# end\n", "=a ")]
    [Arguments("a: 1\r\nb: 2\rc: 3", "{=a =1 =b =2 =c =3 } ")]
    [Arguments("", "= ")]
    [Arguments("a:\t1\t# c\n\t\n", "{=a =1 } ")]
    public async Task It_reads(string yaml, string tree, CancellationToken cancellation) =>
        await Assert.That(YamlTree.OfTspm(yaml, out _)).IsEqualTo(tree);

    [Test]
    [Arguments("a: 1\n\tb: 2\n", 2, 1, "tab")]
    [Arguments("a: b: c\n", 1, 4, "new line")]
    [Arguments("a: - b\n", 1, 4, "a list (-) cannot begin here")]
    [Arguments("a:\n    b: 1\n  c: 2\n", 3, 3, "indentation")]
    [Arguments("a: 1\nb\n", 2, 1, "expected 'key: value'")]
    [Arguments("- a\nb: 1\n", 2, 1, "indentation")]
    [Arguments("a: [1, 2\n", 1, 4, "']' that closes this")]
    [Arguments("a: [1,, 2]", 1, 7, "before the comma")]
    [Arguments("a: {b: 1 c: 2}", 1, 11, "expected a comma")]
    [Arguments("a: 'b\n", 1, 4, "not closed")]
    [Arguments("a: \"b\\", 1, 4, "not closed")]
    [Arguments("a: \"b\\q\"", 1, 6, "not an escape")]
    [Arguments("\"\\ud800\"", 1, 2, "not a Unicode character")]
    [Arguments("\"\\u12\"", 1, 2, "hexadecimal")]
    [Arguments("a: @b", 1, 4, "cannot begin with @")]
    [Arguments("a: 'b' c", 1, 8, "after the value")]
    [Arguments("a: |b\n", 1, 5, "after |")]
    [Arguments("a: &x &y b", 1, 7, "two anchors")]
    [Arguments("a: &x *y", 1, 7, "alias")]
    [Arguments("a: & b", 1, 4, "name must follow")]
    [Arguments("[a]: b", 1, 1, "key must be a string")]
    [Arguments("{[a]: b}", 1, 2, "key must be a string")]
    [Arguments("? - a\n: b", 1, 3, "key must be a string")]
    [Arguments("a: 1\n---\nb: 2\n", 2, 1, "several documents")]
    [Arguments("a\n...\nb", 3, 1, "several documents")]
    [Arguments("%YAML 1.2\na: 1", 2, 1, "---")]
    [Arguments("a: \u0001", 1, 4, "U+0001")]
    public async Task What_is_wrong_is_named_with_line_and_column(
        string yaml, int line, int column, string sentence, CancellationToken cancellation)
    {
        await Assert.That(YamlTree.OfTspm(yaml, out var problem)).IsNull();
        await Assert.That(problem!).StartsWith($"line {line}, column {column}: ").And.Contains(sentence);
    }

    [Test]
    [Arguments("[", "]")]
    [Arguments("{a: ", "}")]
    [Arguments("- ", "")]
    [Arguments("? ", "")]
    public async Task Nesting_has_a_limit(string open, string close, CancellationToken cancellation)
    {
        string Nested(int levels) =>
            string.Concat(Enumerable.Repeat(open, levels)) + "x" + string.Concat(Enumerable.Repeat(close, levels));
        await Assert.That(YamlTree.OfTspm(Nested(100_000), out var problem)).IsNull();
        await Assert.That(problem!).Contains("levels of nesting");
        if (open != "? ") await Assert.That(YamlTree.OfTspm(Nested(50), out _)).IsNotNull();
    }

    [Test]
    public async Task A_long_text_takes_no_time(CancellationToken cancellation)
    {
        var lines = string.Concat(Enumerable.Repeat("- {a: [1, 'two', \"three\"]} # comment\n", 50_000));
        await Assert.That(YamlTree.OfTspm(lines, out _)).IsNotNull();
        await Assert.That(YamlTree.OfTspm("a: " + new string('x', 1_000_000), out _)).IsNotNull();
        await Assert.That(YamlTree.OfTspm($"[{string.Concat(Enumerable.Repeat("a,", 200_000))}]", out _)).IsNotNull();
    }
}
