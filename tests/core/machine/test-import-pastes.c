/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-error.h"
#include "drover-import.h"
#include "drover-shell.h"
#include "drover-test.h"

/* What people paste: from web pages, terminals and manuals, and files that have a command line
 * in them. */

static const struct
{
  const char *text;
  const char *expected; /* the command line, its words parted by `|` */
  const char *notices;  /* a letter for each: changed, dropped, to fill in */
} pastes[] = {
  { "qemu-system-x86_64\302\240-m\302\240" "1G –enable-kvm —smp 2",
    "qemu-system-x86_64|-m|1G|-enable-kvm|-smp|2",
    "cc" },
  { "qemu-system-x86_64 -m 1G -append “console=ttyS0 – x\302\240y” -name ‘a b’",
    "qemu-system-x86_64|-m|1G|-append|console=ttyS0 – x\302\240y|-name|a b",
    "c" },
  { "qemu-system-x86_64 -append \"a – b\302\240“q” &amp; &lt;\" -m 1",
    "qemu-system-x86_64|-append|a – b\302\240“q” &amp; &lt;|-m|1",
    "" },
  { "qemu-system-x86_64 -m\342\200\213 1\302\255G",
    "qemu-system-x86_64|-m|1G",
    "c" },
  { "<pre><code>qemu-system-x86_64 \\<br>\n -m 1G \\<br/>\n"
    " -append &quot;a b&quot; &amp;</code></pre>",
    "qemu-system-x86_64|-m|1G|-append|a b",
    "dcc" },
  { "qemu-system-x86_64 -m 1 -append &quot;a &amp;&amp; b&#39;s&quot;",
    "qemu-system-x86_64|-m|1|-append|a && b's",
    "c" },
  { "1  qemu-system-x86_64 \\\n2    -m 1G \\\n3    -smp 2",
    "qemu-system-x86_64|-m|1G|-smp|2",
    "c" },
  { "  9 | qemu-system-x86_64 \\\n 10 |   -m 1G",
    "qemu-system-x86_64|-m|1G",
    "c" },
  { "> qemu-system-x86_64 \\\n>   -m 1G \\\n>   disk.img",
    "qemu-system-x86_64|-m|1G|disk.img",
    "c" },
  { "Run `qemu-system-x86_64 -m 1G` and don't wait.",
    "qemu-system-x86_64|-m|1G",
    "cc" },
  { "* `sudo qemu-system-x86_64 -m 2G -nographic`",
    "qemu-system-x86_64|-m|2G|-nographic",
    "dc" },
  { "Don't forget to run: qemu-system-x86_64 -m 1G",
    "qemu-system-x86_64|-m|1G",
    "dc" },
  { "It's easy. Don't forget:\n\n    qemu-system-x86_64 -append 'a b' -m 1G\n"
    "\nThat's all, it's 5.25\" wide",
    "qemu-system-x86_64|-append|a b|-m|1G",
    "c" },
  { "qemu-system-x86_64 \n  -m 1G\n  -smp 2\n  -nographic\n",
    "qemu-system-x86_64|-m|1G|-smp|2|-nographic",
    "c" },
  { "qemu-system-x86_64 -m 1G … -smp 2",
    "qemu-system-x86_64|-m|1G|-smp|2",
    "c" },
  { "┌──(kali㉿kali)-[~]\n└─$ qemu-system-x86_64 -m 1G",
    "qemu-system-x86_64|-m|1G",
    "" },
  { "➜  ~ qemu-system-x86_64 -m 1G",
    "qemu-system-x86_64|-m|1G",
    "d" },
  { "(venv) u@h:~$ qemu-system-x86_64 -m 1",
    "qemu-system-x86_64|-m|1",
    "d" },
  { "\033[32muser@host\033[0m:\033[34m~\033[0m$ qemu-system-x86_64 -m \033[1m1G\033"
    "[0m",
    "qemu-system-x86_64|-m|1G",
    "c" },
  { "ｑｅｍｕ-system-x86_64 －m\343\200\200１Ｇ",
    "qemu-system-x86_64|-m|1G",
    "ccc" },
  { "[Unit]\nDescription=It's a VM\n[Service]\nEnvironment=MEM=2G \"NAME=a b\"\n"
    "ExecStart=/nowhere/bin/qemu-system-x86_64 \\\n  -m ${MEM} -name %i \\\n"
    "  -hda %h/a.img -snapshot 100%%\nExecStop=/bin/kill $MAINPID\n"
    "[Install]\nWantedBy=x",
    "qemu-system-x86_64|-m|2G|-name|%i|-hda|%h/a.img|-snapshot|100%",
    "cffc" },
  { "[Desktop Entry]\nName=x\nExec=qemu-system-i386 -m 64 -fda %f\n"
    "Icon=qemu",
    "qemu-system-i386|-m|64|-fda|%f",
    "fc" },
  { "QEMU = qemu-system-i386\nFLAGS := -m 32M \\\n  -serial stdio\n"
    "FLAGS += -append \"a b\"\nCC ?= gcc\n\nall: kernel.bin\n"
    "\nkernel.bin: a.o\n\tld -o $@ $^\n\nrun: kernel.bin\n"
    "\t@$(QEMU) -kernel $< $(FLAGS) -smp $(CPUS) -name $$USER\n",
    "qemu-system-i386|-kernel|kernel.bin|-m|32M|-serial|stdio|-append|a b|-smp|2|-name"
    "|me",
    "c" },
  { "%.run: %.bin\n\tqemu-system-arm -kernel $< -m 1\n",
    "qemu-system-arm|-kernel|$(<)|-m|1",
    "fc" },
  { "FROM debian\nRUN apt-get install -y qemu-system-x86\n"
    "CMD [\"qemu-system-x86_64\",\"-m\",\"1G\",\"-append\",\"a b\"]",
    "qemu-system-x86_64|-m|1G|-append|a b",
    "c" },
  { "ENTRYPOINT [\"qemu-system-x86_64\"]\nCMD [\"-m\", \"1G\"]",
    "qemu-system-x86_64|-m|1G",
    "c" },
  { "CMD qemu-system-x86_64 -m 1G",
    "qemu-system-x86_64|-m|1G",
    "d" },
  { "services:\n  vm:\n    image: x\n    command: qemu-system-x86_64 -m 1G -nograp"
    "hic\n",
    "qemu-system-x86_64|-m|1G|-nographic",
    "d" },
  { "services:\n  vm:\n    command:\n      - qemu-system-x86_64\n"
    "      - -m\n      - \"1G\"\n      - -append\n      - a b\n"
    "    ports:\n      - 80:80",
    "qemu-system-x86_64|-m|1G|-append|a b",
    "c" },
  { "containers:\n- name: vm\n  command: [\"qemu-system-x86_64\"]\n"
    "  args: [\"-m\", \"1G\"]",
    "qemu-system-x86_64|-m|1G",
    "c" },
  { "command: qemu-system-x86_64\nargs:\n  - -m\n  - 1G\n",
    "qemu-system-x86_64|-m|1G",
    "c" },
  { "{\n // don't\n \"version\": \"0.2.0\", \"configurations\": [ { \"name\": \"q\""
    ", \"program\": \"/nowhere/bin/qemu-system-x86_64\", \"args\": [\"-m\", \"1G\""
    ", \"-kernel\", \"${workspaceFolder}/k\"], \"x\": {\"a\":1} } ] }",
    "qemu-system-x86_64|-m|1G|-kernel|/ws/k",
    "ccc" },
  { "{\"tasks\":[{\"label\":\"run\",\"type\":\"shell\",\"command\":\"qemu-system-x"
    "86_64 -m 512 -append \\\"a b\\\"\",\"problemMatcher\":[]}]}",
    "qemu-system-x86_64|-m|512|-append|a b",
    "c" },
  { "import subprocess\n# don't\ndef run(disk):\n    subprocess.run([\"qemu-system"
    "-x86_64\", \"-m\", \"512\",\n      \"-hda\", disk, f\"-smp\", str(n), '-name'"
    ", f\"vm-{name}\",  # it's\n    ], check=True)\n",
    "qemu-system-x86_64|-m|512|-hda|D|-smp|$(str(n))|-name|vm-N",
    "fc" },
  { "os.system(\"qemu-system-x86_64 -m 1G -name 'a b'\")",
    "qemu-system-x86_64|-m|1G|-name|a b",
    "c" },
  { "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><n"
    "ame>x</name><os><type arch='aarch64' machine='virt'>hvm</type></os><qemu:comm"
    "andline><qemu:arg value='-device'/><qemu:arg value='foo,x=&quot;y&quot;'/></q"
    "emu:commandline></domain>",
    "qemu-system-aarch64|-device|foo,x=\"y\"",
    "c" },
  { "<qemu:commandline>\n <qemu:arg value='-m'/>\n <qemu:arg value='1G'/>\n"
    "</qemu:commandline>",
    "qemu-system-x86_64|-m|1G",
    "c" },
  { "root  1234  5.0 1.2 123 456 ?  Sl  10:00  1:23 /nowhere/bin/qemu-system-x86_6"
    "4 -name guest=a,debug-threads=on -S\nme 22 0.0 grep qemu",
    "qemu-system-x86_64|-name|guest=a,debug-threads=on|-S",
    "dc" },
  { "root 12 1 0 10:00 ? 00:00:01 [kvm-nx-lpage-recovery-12]\n"
    "root  1234 1 5 10:00 ?  00:01:23 /nowhere/bin/qemu-system-x86_64 -name a -S",
    "qemu-system-x86_64|-name|a|-S",
    "dc" },
  { "boot: order=scsi0\nargs: -device virtio-rng-pci -cpu host\n"
    "cores: 4\n",
    "qemu-system-x86_64|-device|virtio-rng-pci|-cpu|host",
    "c" },
  { "libvirt.qemuargs :value => '-device'\nlibvirt.qemuargs :value => 'e1000'\n",
    "qemu-system-x86_64|-device|e1000",
    "c" },
  { "@echo off\r\nset QEMU=C:\\Program Files\\qemu\\qemu-system-x86_64.exe\r\n"
    "set MEM=512\r\n\"%QEMU%\" ^\r\n -m %MEM% ^\r\n -hda C:\\vm\\a.img\r\n"
    "pause\r\n",
    "qemu-system-x86_64|-m|512|-hda|C:\\vm\\a.img",
    "cf" },
  { "& \"C:\\Program Files\\qemu\\qemu-system-x86_64.exe\" -m 512 -hda \"D:\\a b.i"
    "mg\"",
    "qemu-system-x86_64|-m|512|-hda|D:\\a b.img",
    "cf" },
  { "& 'C:\\Program Files\\qemu\\qemu-system-x86_64.exe' `\n"
    " -m 512 `\n -drive file=C:\\a.img,if=virtio",
    "qemu-system-x86_64|-m|512|-drive|file=C:\\a.img,if=virtio",
    "cf" },
  { "Start-Process -FilePath \"C:\\Program Files\\qemu\\qemu-system-x86_64.exe\" -"
    "ArgumentList \"-m 512 -hda a.img\" -NoNewWindow",
    "qemu-system-x86_64|-m|512|-hda|a.img",
    "cc" },
  { "Start-Process qemu-system-x86_64 -ArgumentList '-m','512','-hda','a.img'",
    "qemu-system-x86_64|-m|512|-hda|a.img",
    "c" },
  { "C:\\>qemu-system-x86_64.exe -m 1G",
    "qemu-system-x86_64|-m|1G",
    "cd" },
  { "PS C:\\Users\\me> qemu-system-x86_64 -m 1G",
    "qemu-system-x86_64|-m|1G",
    "" },
  { "- Start it: `qemu-system-x86_64 -m 1G`\n- then `qemu-img info x`",
    "qemu-system-x86_64|-m|1G",
    "c" },
  { "## Run\n```bash\n$ qemu-system-x86_64 \\\n    -m 1G\n"
    "```\nIt's done.",
    "qemu-system-x86_64|-m|1G",
    "c" },
  { "qemu-system-x86_64 \\ \302\240\n -m 1G \\\302\240\n"
    " -S",
    "qemu-system-x86_64|-m|1G|-S",
    "c" },
  { "qemu-system-x86_64 -m 1G\\\r\n -S\r\n",
    "qemu-system-x86_64|-m|1G|-S",
    "" },
  { "-bash: foo\nqemu-system-x86_64 -m 1\n-bash: qemu: command not found",
    "qemu-system-x86_64|-m|1",
    "" },
  { "\357\273\277qemu-system-x86_64 -m 1",
    "qemu-system-x86_64|-m|1",
    "c" },
  { "qemu-system-x86_64 –nographic \342\200\220m 1 \342\210\222S -device virtio\342"
    "\200\221net\342\200\221pci",
    "qemu-system-x86_64|-nographic|-m|1|-S|-device|virtio-net-pci",
    "c" },
  { "$ qemu-system-x86_64 -m 1G -hda a.img   # don't use the host's disk",
    "qemu-system-x86_64|-m|1G|-hda|a.img",
    "" },
  { "Here's how: “qemu-system-x86_64 -m 1G”",
    "qemu-system-x86_64|-m|1G",
    "ccc" },
  { "qemu-system-x86_64 -device '[\"qemu-system-x86_64\",\"-m\"]' -m 1",
    "qemu-system-x86_64|-device|[\"qemu-system-x86_64\",\"-m\"]|-m|1",
    "" },
  { "qemu-system-x86_64 -device '{\"driver\":' -device nonsense,foo=1 -device e100"
    "0 -m 1G -frob x -machine q35,frob=1 -m 1,frob=2 disk.img",
    "qemu-system-x86_64|-device|{\"driver\":|-device|nonsense,foo=1|-device|e1000|-m|1"
    "G|-frob|x|-machine|q35,frob=1|-m|1,frob=2|disk.img",
    "" },
};

static const char *const given[][2] = {
  { "CPUS", "2" }, { "USER", "me" }, { "disk", "D" }, { "name", "N" }, { "workspaceFolder", "/ws" },
};

static DroverImport *
import_text (const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;
  DroverImport *import = drover_import_new_from_text (text, length, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    drover_import_set_variable (import, given[i][0], given[i][1]);
  if (drover_import_get_program (import) == NULL)
    drover_import_set_program (import, "qemu-system-x86_64");
  return import;
}

static char *
dump (DroverImport *import, GPtrArray **notices)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDocument) document =
    drover_import_make_document (import, NULL, drover_option_table_get_built_in (), notices, &error);
  g_auto (GStrv) argv = NULL;

  g_assert_no_error (error);
  argv = drover_document_dup_argv (document);
  return g_strjoinv ("|", argv);
}

static char *
dump_notices (GPtrArray *notices, gsize length)
{
  GString *kinds = g_string_new (NULL);

  for (guint i = 0; i < notices->len; i++)
    {
      const DroverImportNotice *notice = notices->pdata[i];

      g_test_message ("%s", notice->text);
      g_assert_cmpuint (notice->start, <=, notice->end);
      g_assert_cmpuint (notice->end, <=, length);
      if (notice->kind != DROVER_IMPORT_UNDERSTOOD && notice->kind != DROVER_IMPORT_CUSTOM)
        g_string_append_c (kinds, "--cdf"[notice->kind]);
    }

  return g_string_free_and_steal (kinds);
}

static void
test_pastes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pastes); i++)
    {
      g_autoptr (GPtrArray) notices = NULL;
      g_autoptr (DroverImport) import = NULL;
      g_autofree char *actual = NULL;
      g_autofree char *kinds = NULL;

      g_test_message ("%s", pastes[i].text);
      import = import_text (pastes[i].text, -1);
      actual = dump (import, &notices);
      kinds = dump_notices (notices, strlen (pastes[i].text));
      g_assert_cmpstr (actual, ==, pastes[i].expected);
      g_assert_cmpstr (kinds, ==, pastes[i].notices);
    }
}

/* What is said of a text that was changed, and where in the text as it was given. */
static void
test_sentences (void)
{
  static const struct
  {
    const char *text;
    const char *sentence;
    const char *place;
  } rows[] = {
    { "qemu-system-arm –m 1 —S", "2 long dashes became hyphens, as options have them", "–" },
    { "qemu-system-arm -m 1…\n…", NULL, NULL },
    { "It's:\nqemu-system-arm -m $(free) &amp;", "$(free) was not run: put what it prints in its "
      "place", "$(free)" },
    { "qemu-system-arm \xc2\xa0-m $(free)", "$(free) was not run: put what it prints in its place",
      "$(free)" },
    { "qemu-system-arm -m 1\n -S\n -k de", "2 lines of options were taken as parts of the command, "
      "though nothing joins them", "-S\n -k de" },
    { "q.exe ^\n\nqemu-system-arm -hda D:\\x", "“D:\\x” is named as Windows names files: choose where "
      "it is here", "" },
    { "qemu-system-arm -device '{\"driver\":' -frob -m 1", "1 of 3 arguments are shown on their pages",
      "" },
    { "qemu-system-arm -device '{\"driver\":' -m 1", "-device is kept as it is: its JSON is broken",
      "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) notices = NULL;
      g_autoptr (DroverImport) import = import_text (rows[i].text, -1);
      g_autofree char *argv = dump (import, &notices);
      gboolean found = FALSE;

      for (guint j = 0; j < notices->len; j++)
        {
          const DroverImportNotice *notice = notices->pdata[j];
          g_autofree char *place =
            g_strndup (rows[i].text + notice->start, notice->end - notice->start);

          g_test_message ("%s (%s)", notice->text, place);
          if (g_strcmp0 (notice->text, rows[i].sentence) != 0)
            continue;
          found = TRUE;
          g_assert_cmpstr (place, ==, rows[i].place);
        }
      g_assert_true (found == (rows[i].sentence != NULL));
    }
}

/* Only a quote in the command itself is an error, and said where it stands in the text as given. */
static void
test_broken (void)
{
  static const struct
  {
    const char *text;
    const char *message;
  } rows[] = {
    { "Don't\nqemu-system-arm -append 'a b", "Line 2, column 25 (byte 30): this single quote is never "
      "closed" },
    { "qemu-system-arm \xc2\xa0–append \"a b", "Line 1, column 26 (byte 28): this double quote is "
      "never closed" },
    { "<pre>\nqemu-system-arm -append &quot;a b</pre>", "Line 2, column 25 (byte 30): this double quote "
      "is never closed" },
    { "don't", "There is no QEMU command in it: none of its lines calls qemu-system-…, qemu-kvm or "
      "kvm, or begins with an option" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (drover_import_new_from_text (rows[i].text, -1, &error));
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
      g_assert_cmpstr (error->message, ==, rows[i].message);
    }
}

/* `/proc/PID/cmdline`; any other NUL is an error. */
static void
test_command_line (void)
{
  static const char text[] = "qemu-system-arm\0-name\0a b\0-append\0\0-S";
  static const char other[] = "ls\0-l\0qemu-system-arm";
  g_autoptr (DroverImport) import = import_text (text, sizeof text);
  g_autofree char *actual = dump (import, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (actual, ==, "qemu-system-arm|-name|a b|-append||-S");
  g_assert_null (drover_import_new_from_text (other, sizeof other, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "NUL"));
}

/* What nobody would read is counted, so that a text of nothing else takes memory for a part of
 * it. */
static void
test_counted (void)
{
  enum { N = 200000 };
  g_autoptr (GString) text = g_string_new ("qemu-system-arm -S ");
  g_autoptr (GPtrArray) commands = NULL;
  g_autoptr (GPtrArray) notices = NULL;
  g_autoptr (DroverImport) import = NULL;
  g_autofree char *actual = NULL;
  const DroverShellCommand *command;

  for (guint i = 0; i < N; i++)
    g_string_append (text, "<a");
  commands = drover_shell_parse (text->str, text->len, NULL);
  command = commands->pdata[0];
  g_assert_cmpuint (command->dropped->len, <=, 1000);
  g_assert_cmpuint (command->dropped->len + command->n_more_dropped, ==, N);

  import = import_text (text->str, text->len);
  actual = dump (import, &notices);
  g_assert_cmpstr (actual, ==, "qemu-system-arm|-S");
  g_assert_cmpuint (notices->len, ==, 2);
  g_assert_cmpstr (((DroverImportNotice *) notices->pdata[0])->text, ==,
                   "200000 words are for the shell, and were left out");
}

/* More lines of options than a program can be given make no machine, and say so. */
static void
test_too_many (void)
{
  g_autoptr (GString) text = g_string_new ("qemu-system-arm\n");
  g_autoptr (DroverImport) import = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 300000; i++)
    g_string_append (text, "-S\n");
  import = import_text (text->str, text->len);
  g_assert_null (drover_import_make_document (import, NULL, drover_option_table_get_built_in (),
                                              NULL, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
}

/* Texts that would take hours if any pass looked back: the test program's time limit is the
 * measure. */
static void
test_large (void)
{
  static const char *const units[] = {
    "[", "[\"a\",", "{\"args\":[\"-a\"],", "`qemu", "“a ", "–a", "&amp;", "<pre>", "<br", "- -m\n",
    "\033[", "1\n", "$(", "it's ", "\"", "(\"qemu ", "ExecStart=qemu\n", "a:\n\t$(\n", "A=$(A)\n\t",
    "<qemu:arg value='", "Start-Process \"qemu\" -ArgumentList '", "qemu-kvm\n'", "cat <<X\nqemu '\n", "…", "> ",
    "args: -m\n", ".qemuargs value: 'a'\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) text = g_string_new ("qemu-system-arm –S\n\n");
      g_autoptr (DroverImport) import = NULL;

      while (text->len < 300000)
        g_string_append (text, units[i]);
      import = drover_import_new_from_text (text->str, text->len, NULL);
      g_test_message ("%s: %s", units[i], import != NULL ? "imported" : "refused");
    }
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/import-pastes/fixtures", test_pastes);
  g_test_add_func ("/import-pastes/sentences", test_sentences);
  g_test_add_func ("/import-pastes/broken", test_broken);
  g_test_add_func ("/import-pastes/command-line", test_command_line);
  g_test_add_func ("/import-pastes/counted", test_counted);
  g_test_add_func ("/import-pastes/too-many", test_too_many);
  g_test_add_func ("/import-pastes/large", test_large);
  return drover_test_run ();
}
