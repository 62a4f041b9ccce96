/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-error.h"
#include "drover-export.h"
#include "drover-import.h"
#include "drover-test.h"

static DroverImport *
import_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  DroverImport *import = drover_import_new_from_text (text, -1, &error);

  g_assert_no_error (error);
  return import;
}

static DroverDocument *
make_document (DroverImport *import, GPtrArray **notices)
{
  g_autoptr (GError) error = NULL;
  DroverDocument *document =
    drover_import_make_document (import, NULL, drover_option_table_get_built_in (), notices, &error);

  g_assert_no_error (error);
  return document;
}

/* A machine as program and arguments, each in brackets; flag and value of one argument are
 * parted by a blank. */
static char *
dump (DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  GString *dump = g_string_new (drover_document_get_program (document));

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *flag = drover_argument_get_flag (arguments->pdata[i]);
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      g_string_append_printf (dump, " [%s%s%s]", flag != NULL ? flag : "",
                              flag != NULL && value != NULL ? " " : "", value != NULL ? value : "");
    }

  return g_string_free_and_steal (dump);
}

/* Without those that say where an argument is shown. */
static GPtrArray *
get_changes (GPtrArray *notices)
{
  for (gint i = (gint) notices->len - 1; i >= 0; i--)
    {
      const DroverImportNotice *notice = notices->pdata[i];

      if (notice->kind == DROVER_IMPORT_UNDERSTOOD || notice->kind == DROVER_IMPORT_CUSTOM)
        g_ptr_array_remove_index (notices, i);
    }

  return notices;
}

/* A letter for each notice: changed, dropped, to fill in. */
static char *
dump_notices (GPtrArray *notices, const char *text)
{
  GString *dump = g_string_new (NULL);

  for (guint i = 0; i < notices->len; i++)
    {
      const DroverImportNotice *notice = notices->pdata[i];

      g_test_message ("%s", notice->text);
      g_assert_cmpuint (notice->start, <=, notice->end);
      g_assert_cmpuint (notice->end, <=, strlen (text));
      g_string_append_c (dump, "--cdf"[notice->kind]);
    }

  return g_string_free_and_steal (dump);
}

#define X86 "qemu-system-x86_64"

static const struct
{
  const char *text;
  const char *given; /* name=value, parted by `;` */
  const char *expected;
  const char *notices;
} fixtures[] = {
  /* words */
  { X86 " -m 1G -nographic disk.img", "", X86 " [-m 1G] [-nographic] [disk.img]", "" },
  { X86 " --m 1G --nographic", "", X86 " [--m 1G] [--nographic]", "" },
  { X86 " -append 'a b' -name \"x y\" ''", "", X86 " [-append a b] [-name x y] []", "" },
  { X86 " -device '{\"driver\":\"e1000\"}'", "", X86 " [-device {\"driver\":\"e1000\"}]", "" },
  { X86 " -serial -m 1G", "", X86 " [-serial -m] [1G]", "" },
  { X86 " -m", "", X86 " [-m]", "" },
  { X86 " -m=1G x", "", X86 " [-m=1G] [x]", "" },
  { X86 " -soundhw ac97 -no-hpet -frob a -frob -m 1", "",
    X86 " [-soundhw ac97] [-no-hpet] [-frob a] [-frob] [-m 1]", "" },
  { X86 " - -m 1", "", X86 " [-] [-m 1]", "" },
  { X86, "", X86, "" },

  /* what is not for QEMU */
  { X86 " -m 1 > log 2>&1 &", "", X86 " [-m 1]", "ddd" },
  { X86 " -m 1 | tee log", "", X86 " [-m 1]", "d" },
  { "yes | " X86 " -m 1", "", X86 " [-m 1]", "d" },
  { "$ sudo -E " X86 " -m 1", "", X86 " [-m 1]", "d" },
  { "sudo -u kvm nice -n 5 " X86 " -m 1", "", X86 " [-m 1]", "d" },
  { "exec env A=1 taskset -c 0,1 " X86 " -m 1", "", X86 " [-m 1]", "d" },
  { "A=1 B=2 " X86 " -m 1", "", X86 " [-m 1]", "dd" },
  { "export QEMU_AUDIO_DRV=none EDITOR=vi\ncd /x\n" X86 " -m 1", "", X86 " [-m 1]", "dd" },
  { X86 " -m 1\n  -nographic\nls", "", X86 " [-m 1] [-nographic]", "c" },
  { X86 " -m 1 \\\n -k de\n  -nographic", "", X86 " [-m 1] [-k de]", "d" },
  { X86 " -m 1 ... [...] -drive file=”a”", "", X86 " [-m 1] [...] [[...]] [-drive file=”a”]", "" },
  { "if [ -e /dev/kvm ]; then " X86 " -m 1; fi", "", X86 " [-m 1]", "" },
  { "numactl --localalloc " X86 " -m 1", "", X86 " [-m 1]", "d" },
  { "bash -c 'A=2; " X86 " -m $A'", "", X86 " [-m 2]", "" },
  { "cat > x <<'E'\n#!/bin/sh\n" X86 " -m 1\nE\nsh x", "", X86 " [-m 1]", "" },
  { "2026-11-22: starting up\nLC_ALL=C \\\nPATH=/bin \\\n" X86 " \\\n-name guest=a \\\n-S\n"
    "x: shutting down, reason=failed (label b)", "", X86 " [-name guest=a] [-S]", "dd" },

  /* the program */
  { "qemu -m 1", "", X86 " [-m 1]", "c" },
  { "/nowhere/bin/" X86 " -m 1", "", X86 " [-m 1]", "c" },
  { "./build/qemu-system-arm -m 1", "", "qemu-system-arm [-m 1]", "c" },
  { "$(which qemu-system-arm) -m 1", "", "qemu-system-arm [-m 1]", "c" },
  { "\"C:\\Program Files\\qemu\\qemu-system-arm.exe\" -m 1 -hda C:\\a.img", "",
    "qemu-system-arm [-m 1] [-hda C:\\a.img]", "cf" },
  { "C:\\> qemu-system-x86_64w.exe ^\r\n -m %RAM%", "RAM=1", X86 " [-m 1]", "c" },
  { "set RAM=2G\nqemu-system-arm.exe ^\n -m %RAM%", "", "qemu-system-arm [-m 2G]", "c" },
  { "Q=" X86 "\n\"$Q\" -m 1", "", X86 " [-m 1]", "" },
  { "C=\"" X86 " -m 1\"\n$C -S", "", X86 " [-m 1] [-S]", "" },
  { "eval \"" X86 " -m 1 'a b'\"", "", X86 " [-m 1] [a b]", "" },
  { "$QEMU -m 1", "QEMU=qemu-system-arm", "qemu-system-arm [-m 1]", "" },
  { "apt install qemu-kvm -y\nqemu-img create x\n" X86 " -m 1", "", X86 " [-m 1]", "" },
  { "docker run --device /dev/kvm -it x\n" X86 " -m 1", "", X86 " [-m 1]", "" },
  { X86 " --version\n" X86 " -cpu help\n" X86 " -m 1", "", X86 " [-m 1]", "" },

  /* variables */
  { X86 " -m $RAM", "RAM=1G", X86 " [-m 1G]", "" },
  { X86 " -m ${RAM:-2G}", "", X86 " [-m 2G]", "" },
  { X86 " -m ${RAM:-2G}", "RAM=1G", X86 " [-m 1G]", "" },
  { "RAM=1G\n" X86 " -m $RAM", "", X86 " [-m 1G]", "" },
  { "export RAM=1G\n" X86 " -m $RAM", "", X86 " [-m 1G]", "" },
  { "declare -r RAM=1G\n" X86 " -m $RAM", "", X86 " [-m 1G]", "" },
  { "RAM=1G make all\n" X86 " -m $RAM", "", X86 " [-m $RAM]", "f" },
  { X86 " $* -m 1", "", X86 " [-m 1]", "d" },
  { X86 " ${K+-S} -m 1", "K=", X86 " [-S] [-m 1]", "" },
  { X86 " ${K:+-S} -m 1", "K=", X86 " [-m 1]", "" },
  { "RAM=1G\n" X86 " -m $RAM", "RAM=3G", X86 " [-m 3G]", "" },
  { "A=1; B=\"$A/x\"\n" X86 " -hda $B", "A=2", X86 " [-hda 2/x]", "" },
  { "O='-m 1G'\nO=\"$O -S\"\nO+=' a'\n" X86 " $O", "", X86 " [-m 1G] [-S] [a]", "" },
  { "O='a  b'\n" X86 " \"$O\" -k x$O", "", X86 " [a  b] [-k xa] [b]", "" },
  { "a=( -m 1G\n -append 'a b' # c\n)\na+=( \"-S\" )\n" X86 " \"${a[@]}\" x", "",
    X86 " [-m 1G] [-append a b] [-S] [x]", "" },
  { "local -a a=(-m 1)\n" X86 " ${a[*]}", "", X86 " [-m 1]", "" },
  { "a=(" X86 " -m 1)\n\"${a[@]}\"", "", X86 " [-m 1]", "" },
  { ": ${RAM:=1G}\n" X86 " -m $RAM", "", X86 " [-m 1G]", "" },
  { "f() {\n " X86 " -m $RAM\n}\nRAM=1G\nf", "", X86 " [-m 1G]", "" },
  { X86 " $NONE -m 1 \"$@\" ${NONE}", "", X86 " [-m 1]", "ddd" },
  { X86 " -m $NONE \"$NONE\" x$NONE", "", X86 " [-m $NONE] [$NONE] [x$NONE]", "fff" },
  { X86 " $NONE -S", "NONE=", X86 " [-S]", "" },
  { X86 " -m \"$NONE\"", "NONE=", X86 " [-m ]", "" },
  { X86 " ${K:+-enable-kvm} -m ${M:+1}2", "M=x", X86 " [-m 12]", "" },
  { X86 " -m ${A%.*} -k ${#A}", "", X86 " [-m ${A%.*}] [-k ${#A}]", "ff" },
  { X86 " ${A%.*} ${A%%.*} ${A#*/} ${A##*/} ${#A} \"${A%.q*}\"", "A=a/b/c.d.qcow2",
    X86 " [a/b/c.d] [a/b/c] [b/c.d.qcow2] [c.d.qcow2] [13] [a/b/c.d]", "" },
  { X86 " ${A%.$E} ${A%\"$E\"}x ${A%?} ${A%[x-z]} ${#A}", "A=é.x;E=x",
    X86 " [é] [é.x] [é.] [é.] [3]", "" },
  { "A=/x/y.iso\nA=${A##*/}\n" X86 " -name ${A%.iso}", "", X86 " [-name y]", "" },
  { "B=$(free)/a.b\n" X86 " -m ${B%.b}", "", X86 " [-m ${B%.b}]", "f" },
  { X86 " -hda `pwd`/a -hdb \"$(pwd)\"", "PWD=/p", X86 " [-hda /p/a] [-hdb /p]", "" },
  { "a=()\n" X86 " \"${a[@]}\" -S", "", X86 " [-S]", "d" },
  { X86 " -append \"${A:-\"x  y\"}\"", "", X86 " [-append x  y]", "" },
  { "~ # " X86 " -m 1", "", X86 " [-m 1]", "" },
  { "host> " X86 " -m 1", "", X86 " [-m 1]", "" },
  { "=> " X86 " -m 1", "", X86 " [-m 1]", "" },
  { "dir ❯ " X86 " -m 1", "", X86 " [-m 1]", "" },
  { "A=$A$A$A$A$A$A\n" X86 " -m 1", "", X86 " [-m 1]", "" },

  /* substitutions, tildes, globs */
  { X86 " -smp $(nproc) -m `x y`", "", X86 " [-smp $(nproc)] [-m `x y`]", "ff" },
  { "D=$(free)\n" X86 " -hda $D/a -hdb \"$D\"", "", X86 " [-hda $(free)/a] [-hdb $(free)]", "ff" },
  { X86 " -hda ~/a -drive file=~/b,if=none -drive if=none,file=~/c '~/d' a~", "HOME=/h",
    X86 " [-hda /h/a] [-drive file=/h/b,if=none] [-drive if=none,file=~/c] [~/d] [a~]", "cc" },
  { X86 " -hda <disk image> -drive file=<b>,if=none -m 1 <in >out", "",
    X86 " [-hda <disk image>] [-drive file=<b>,if=none] [-m 1]", "ffdd" },
  { "\"${PREFIX}qemu-system-arm\" -m 1", "", "qemu-system-arm [-m 1]", "c" },
  { X86 " -trace a'*'~", "", X86 " [-trace a*~]", "" },
  { X86 " -cdrom *.iso -trace 'a_*'", "", X86 " [-cdrom *.iso] [-trace a_*]", "f" },

  /* arithmetic, braces, parameters */
  { "N=3\n" X86 " -m $((2*1024)) -nic user,hostfwd=tcp::$((2222+N))-:22 -smp $(( (N+1)<<1 ))", "",
    X86 " [-m 2048] [-nic user,hostfwd=tcp::2225-:22] [-smp 8]", "" },
  { X86 " -m $((N*2)) -smp $((1/0))", "", X86 " [-m $((N*2))] [-smp $((1/0))]", "ff" },
  { X86 " -m $((N*2))", "N=0x10", X86 " [-m 32]", "" },
  { "let M=2**10\n((C=1+1))\n" X86 " -m $M -smp $C", "", X86 " [-m 1024] [-smp 2]", "" },
  { X86 " p{1..3}q {a,b{c,d}}.x '{a,b}' {} {a} -k {a,$K}", "K=z",
    X86 " [p1q] [p2q] [p3q] [a.x] [bc.x] [bd.x] [{a,b}] [{}] [{a}] [-k a] [z]", "" },
  { X86 " -device {\"driver\":\"e1000\",\"id\":\"$I\"} -S", "I=n",
    X86 " [-device {\"driver\":\"e1000\",\"id\":\"n\"}] [-S]", "c" },
  { X86 " -device {\"driver\": \"e1000\", \"id\": \"n\"}", "",
    X86 " [-device {\"driver\": \"e1000\", \"id\": \"n\"}]", "c" },
  { X86 " ${A/b/x} ${A//[bc]/_} ${A:1:2} ${A: -1} ${A^^} ${A^} ${B,,} ${A/#a/x} ${A/%d/x}",
    "A=abcd;B=XY", X86 " [axcd] [a__d] [bc] [d] [ABCD] [Abcd] [xy] [xbcd] [abcx]", "" },
  { X86 " -vga ${V:=std} -k $V ${W:+x} ${W:?no}", "W=w",
    X86 " [-vga std] [-k std] [x] [w]", "" },
  { "A=1\n" X86 " -m ${!A}", "", X86 " [-m ${!A}]", "f" },
  { "A=(a 'b c' d)\nA+=(e)\n" X86 " ${A[1]} \"${A[1]}\" ${#A[@]} \"${A[*]}\" ${A[@]:2} ${A[-1]}", "",
    X86 " [b] [c] [b c] [4] [a b c d e] [d] [e] [e]", "" },
  { "A=(1 2)\n" X86 " \"${A[@]/#/-cdrom x}\"", "", X86 " [-cdrom x1] [-cdrom x2]", "" },
  { "declare -A o=([m]=2G)\n" X86 " -m ${o[m]}", "", X86 " [-m 2G]", "" },
  { "IFS=,\nO='-m,1G,-name,x y'\n" X86 " $O", "", X86 " [-m 1G] [-name x y]", "" },
  { X86 " -m ${E:-2G} -k ${E-2G}", "E=", X86 " [-m 2G] [-k]", "" },

  /* what a script is given */
  { X86 " -hda $1 -m ${2:-1G}", "1=d.img", X86 " [-hda d.img] [-m 1G]", "" },
  { "set -- -m 1G\nset -- \"$@\" -name 'a b'\n" X86 " \"$@\" -k $# $5", "",
    X86 " [-m 1G] [-name a b] [-k 4]", "" },
  { "set -- x -m 1G\nshift\n" X86 " $*", "", X86 " [-m 1G]", "" },
  { "M=1G\ncase $1 in\n-m) M=$2 ;;\nesac\n" X86 " -m $M", "", X86 " [-m 1G]", "" },
  { "if x; then M=1G; fi\n" X86 " -m $M", "", X86 " [-m 1G]", "" },

  /* functions, loops, aliases */
  { "run() { " X86 " \"$@\" -m 1G; }\nrun -cdrom x.iso", "", X86 " [-cdrom x.iso] [-m 1G]", "" },
  { "function run {\n local m=$1; shift\n " X86 " -m $m \"$@\"\n}\nrun 2G -S", "",
    X86 " [-m 2G] [-S]", "" },
  { "main() { " X86 " -m ${1:-1G}; }\nmain \"$@\"", "", X86 " [-m 1G]", "" },
  { "for x in a b; do " X86 " -cdrom $x.iso; done", "", X86 " [-cdrom a.iso]", "" },
  { "A=; for i in $(seq 1 3); do A=\"$A -cdrom $i\"; done\n" X86 " $A", "",
    X86 " [-cdrom 1] [-cdrom 2] [-cdrom 3]", "c" },
  { "alias q='" X86 " -m 1G'\nq -S", "", X86 " [-m 1G] [-S]", "" },
  { "alias q='" X86 " -m 1G'", "", X86 " [-m 1G]", "" },

  /* what runs it, and what only speaks of it */
  { "screen -dmS x " X86 " -m 1", "", X86 " [-m 1]", "d" },
  { "tmux new -d '" X86 " -m 1'", "", X86 " [-m 1]", "" },
  { "strace -f timeout 10 xvfb-run -a gdb --args " X86 " -m 1", "", X86 " [-m 1]", "d" },
  { "systemd-run --user -p MemoryMax=2G " X86 " -m 1", "", X86 " [-m 1]", "d" },
  { "if ! command -v " X86 " >/dev/null; then apt install qemu-system-x86; fi\nwhich " X86 "\n"
    "type " X86 "\npkill " X86 "\nps aux | grep " X86 "\n" X86 " -m 1", "", X86 " [-m 1]", "" },
  { "set Q=\"C:\\a b\\" X86 ".exe\"\r\n%Q% -m 1 ^\r\n -S", "", X86 " [-m 1] [-S]", "c" },

  /* commands whose result is clear */
  { "D=/a/b.c\n" X86 " -name $(basename \"$D\" .c) -L $(dirname $D) -k `echo x y`", "",
    X86 " [-name b] [-L /a] [-k x] [y]", "ccc" },
  { "Q=$(command -v " X86 ")\n$Q -m 1", "", X86 " [-m 1]", "c" },
  { X86 " -smp $(nproc) -m $(x)", "$(nproc)=4;$(x)=1G", X86 " [-smp 4] [-m 1G]", "" },

  /* options alone */
  { "args=(\n -m 1\n -S\n)", "", NULL, "" },
};

static void
set_given (DroverImport *import, const char *given)
{
  g_auto (GStrv) pairs = g_strsplit (given, ";", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      char *equals = strchr (pairs[i], '=');

      *equals = '\0';
      drover_import_set_variable (import, pairs[i], equals + 1);
    }
}

static void
test_fixtures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autoptr (DroverImport) import = NULL;
      g_autoptr (DroverDocument) document = NULL;
      g_autoptr (GPtrArray) notices = NULL;
      g_autofree char *actual = NULL;
      g_autofree char *kinds = NULL;

      g_test_message ("%s", fixtures[i].text);
      import = import_text (fixtures[i].text);
      if (*fixtures[i].given != '\0')
        set_given (import, fixtures[i].given);
      if (fixtures[i].expected == NULL)
        {
          g_assert_null (drover_import_get_program (import));
          continue;
        }
      document = make_document (import, &notices);
      actual = dump (document);
      kinds = dump_notices (get_changes (notices), fixtures[i].text);
      g_assert_cmpstr (actual, ==, fixtures[i].expected);
      g_assert_cmpstr (kinds, ==, fixtures[i].notices);
    }
}

/* `kvm` is hardware acceleration where there is any, unless the arguments say otherwise. */
static void
test_kvm (void)
{
  static const struct
  {
    const char *text;
    const char *accelerator;
  } rows[] = {
    { "kvm -m 1", "automatic" },
    { "/usr/libexec/qemu-kvm -m 1", "automatic" },
    { "qemu-kvm -enable-kvm", NULL },
    { "qemu-kvm -M q35,accel=tcg", NULL },
    { "qemu-kvm --accel tcg", NULL },
    { "qemu -m 1", NULL },
    { X86 " -m 1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DroverImport) import = import_text (rows[i].text);
      g_autoptr (DroverDocument) document = make_document (import, NULL);

      g_assert_cmpstr (drover_document_get_accelerator (document), ==, rows[i].accelerator);
      g_assert_true (g_str_has_prefix (drover_document_get_program (document), "qemu-system-"));
    }
}

/* A path that is there stays, and one as seen from here is made whole: the machine runs
 * elsewhere. */
static void
test_program_path (void)
{
  g_autofree char *path = g_build_filename (drover_test_dir (), "qemu-system-x86_64", NULL);
  g_autofree char *text = g_strdup_printf ("'%s' -m 1", path);
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverImport) import = NULL;

  g_file_set_contents_full (path, "", 0, G_FILE_SET_CONTENTS_NONE, 0700, &error);
  g_assert_no_error (error);
  import = import_text (text);
  g_assert_cmpstr (drover_import_get_program (import), ==, path);
  drover_import_set_program (import, "qemu-system-arm");
  g_assert_cmpstr (drover_import_get_program (import), ==, "qemu-system-arm");
  drover_import_set_program (import, NULL);
  g_assert_cmpstr (drover_import_get_program (import), ==, path);
}

static void
test_choose (void)
{
  g_autoptr (DroverImport) import =
    import_text ("$ qemu-system-arm -version\n$ " X86 " -m 1 \\\n  -S\n$ qemu-system-arm $A");
  g_autofree char *title = drover_import_dup_command_title (import, 1);
  g_autoptr (DroverDocument) document = NULL;
  g_autofree char *actual = NULL;

  g_assert_cmpuint (drover_import_get_n_commands (import), ==, 3);
  g_assert_cmpuint (drover_import_get_chosen (import), ==, 1);
  g_assert_cmpstr (title, ==, X86 " -m 1 -S");
  g_assert_cmpuint (drover_import_get_variables (import)->len, ==, 0);
  drover_import_choose (import, 2);
  g_assert_cmpuint (drover_import_get_variables (import)->len, ==, 1);
  drover_import_set_variable (import, "A", "-S x");
  document = make_document (import, NULL);
  actual = dump (document);
  g_assert_cmpstr (actual, ==, "qemu-system-arm [-S] [x]");
}

static void
check_variable (GPtrArray *variables, guint i, const char *name, const char *proposal,
                const char *value, gboolean optional)
{
  const DroverImportVariable *variable = variables->pdata[i];

  g_assert_cmpstr (variable->name, ==, name);
  g_assert_cmpstr (variable->proposal, ==, proposal);
  g_assert_cmpstr (variable->value, ==, value);
  g_assert_cmpint (variable->optional, ==, optional);
}

static void
test_variables (void)
{
  g_autoptr (DroverImport) import =
    import_text ("A=1G; D=$B/x\n" X86 " -m $A -hda $D -smp ${C:-2} $E -k $E -k $F $G \"$@\" -m $A");
  GPtrArray *variables;

  g_setenv ("F", "de", TRUE);
  drover_import_set_variable (import, "C", "4");
  drover_import_set_variable (import, "UNUSED", "4");
  variables = drover_import_get_variables (import);
  g_assert_cmpuint (variables->len, ==, 8);
  check_variable (variables, 0, "A", "1G", NULL, FALSE);
  check_variable (variables, 1, "D", "$B/x", NULL, FALSE);
  check_variable (variables, 2, "B", NULL, NULL, FALSE);
  check_variable (variables, 3, "C", "2", "4", FALSE);
  check_variable (variables, 4, "E", NULL, NULL, FALSE);
  check_variable (variables, 5, "F", "de", NULL, FALSE);
  check_variable (variables, 6, "G", NULL, NULL, TRUE);
  check_variable (variables, 7, "@", NULL, NULL, TRUE);
  g_unsetenv ("F");
}

/* Each turn of a loop, and each call, is a command to choose. */
static void
test_turns (void)
{
  static const char text[] = "run() { " X86 " -name $1; }\nfor x in a b; do run $x; done\nrun c";
  static const char *const expected[] = { "a", "b", "c" };
  g_autoptr (DroverImport) import = import_text (text);

  g_assert_cmpuint (drover_import_get_n_commands (import), ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autofree char *title = drover_import_dup_command_title (import, i);
      g_autofree char *wanted = g_strdup_printf (X86 " [-name %s]", expected[i]);
      g_autoptr (DroverDocument) document = NULL;
      g_autofree char *actual = NULL;

      drover_import_choose (import, i);
      document = make_document (import, NULL);
      actual = dump (document);
      g_assert_cmpstr (actual, ==, wanted);
      g_assert_cmpstr (title, ==, i == 0   ? "{ " X86 " -name $1 (x=a, run $x)"
                                  : i == 1 ? "{ " X86 " -name $1 (x=b, run $x)"
                                           : "{ " X86 " -name $1 (run c)");
    }
}

/* A place that a command would fill has a proposal, which is not taken unasked. */
static void
test_proposals (void)
{
  g_autoptr (DroverImport) import = import_text ("J=$(nproc)\n" X86 " -smp $J");
  GPtrArray *variables = drover_import_get_variables (import);
  g_autoptr (GPtrArray) notices = NULL;
  g_autofree char *n = g_strdup_printf ("%u", g_get_num_processors ());
  g_autoptr (DroverDocument) document = make_document (import, &notices);
  g_autofree char *actual = dump (document);
  const DroverImportVariable *place;

  g_assert_cmpstr (actual, ==, X86 " [-smp $(nproc)]");
  g_assert_cmpuint (variables->len, ==, 2);
  place = variables->pdata[1];
  g_assert_cmpstr (place->name, ==, "$(nproc)");
  g_assert_cmpstr (place->proposal, ==, n);
  g_assert_true (place->is_place);
  g_assert_cmpuint (get_changes (notices)->len, ==, 1);
  g_assert_cmpstr (((DroverImportNotice *) notices->pdata[0])->proposal, ==, n);
}

/* A notice points at what it speaks of, in the text and among the arguments. */
static void
test_places (void)
{
  static const char text[] = X86 " -S \\\n -m $(free) ~/a \\\n -smp $N > x";
  static const char *const sources[] = { "$(free)", "~/a", "$N", "> x" };
  static const int arguments[] = { 1, 2, 3, -1 };
  g_autoptr (DroverImport) import = import_text (text);
  g_autoptr (GPtrArray) notices = NULL;
  g_autoptr (DroverDocument) document = make_document (import, &notices);

  g_assert_cmpuint (get_changes (notices)->len, ==, G_N_ELEMENTS (sources));
  for (guint i = 0; i < notices->len; i++)
    {
      const DroverImportNotice *notice = notices->pdata[i];
      g_autofree char *source = g_strndup (text + notice->start, notice->end - notice->start);

      g_assert_cmpstr (source, ==, sources[i]);
      g_assert_cmpint (notice->argument, ==, arguments[i]);
    }
}

/* What the summary says; the first notice with these words. */
static void
test_notices (void)
{
  static const struct
  {
    const char *text;
    DroverImportNoticeKind kind;
    const char *words;
  } rows[] = {
    { X86 " -m 1 -S -frob x", DROVER_IMPORT_UNDERSTOOD, "2 of 3 arguments" },
    { X86 " -m 1 -frob x", DROVER_IMPORT_CUSTOM, "-frob" },
    { X86 " -initrd <(mk)", DROVER_IMPORT_TO_FILL_IN, "<(mk) was not run" },
    { X86 " -hda <disk>", DROVER_IMPORT_TO_FILL_IN, "<disk> stands for" },
    { X86 " -hda $A", DROVER_IMPORT_TO_FILL_IN, "$A has no value" },
    { X86 " -hda *.iso", DROVER_IMPORT_TO_FILL_IN, "matching files" },
    { X86 " $A -S", DROVER_IMPORT_DROPPED, "$A has no value" },
    { X86 " -S >x", DROVER_IMPORT_DROPPED, ">x" },
    { "sudo " X86 " -S", DROVER_IMPORT_DROPPED, "sudo" },
    { "cd /x\n" X86 " -S", DROVER_IMPORT_DROPPED, "folder /x" },
    { X86 " -S\n-m 1", DROVER_IMPORT_CHANGED, "1 line of options" },
    { X86 " \\\n-S\n-m 1", DROVER_IMPORT_DROPPED, "“-m 1”" },
    { "/usr/libexec/qemu-kvm -S", DROVER_IMPORT_CHANGED, "hardware acceleration" },
    { "qemu -S", DROVER_IMPORT_CHANGED, "“qemu” became " X86 },
    { X86 " -hda '<12345678901234567890123456789012345678901234567890123456789012345678901234567890>'",
      DROVER_IMPORT_UNDERSTOOD, "1 of 1 argument" },
    { "/a/12345678901234567890123456789012345678901234567890123456789012345678901234567890/qemu -S",
      DROVER_IMPORT_CHANGED, "6789…” became" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DroverImport) import = import_text (rows[i].text);
      g_autoptr (GPtrArray) notices = NULL;
      g_autoptr (DroverDocument) document = make_document (import, &notices);
      guint n = 0;

      for (guint j = 0; j < notices->len; j++)
        {
          const DroverImportNotice *notice = notices->pdata[j];

          g_test_message ("%s: %s", rows[i].text, notice->text);
          n += notice->kind == rows[i].kind && strstr (notice->text, rows[i].words) != NULL;
        }
      if (n != 1)
        g_error ("%s: %u notices say “%s”", rows[i].text, n, rows[i].words);
    }
}

static void
test_names (void)
{
  static const struct
  {
    const char *text;
    const char *name;
  } rows[] = {
    { X86 " -hda a.img -name guest=b,process=c", "b" },
    { X86 " -name 'b c'", "b c" },
    { X86 " -drive if=pflash,file=code.fd -drive file=/x/debian-13.qcow2,if=virtio", "debian-13" },
    { X86 " -kernel bzImage", "bzImage" },
    { X86 " -m 1 /x/disk", "disk" },
    { X86 " -hda /x/.img", ".img" },
    { X86 " -hda $DISK -cdrom a.iso", "a" },
    { X86 " -hda /dev/sda", "Imported x86_64" },
    { X86, "Imported x86_64" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DroverImport) import = import_text (rows[i].text);
      g_autoptr (DroverDocument) document = make_document (import, NULL);

      g_assert_cmpstr (drover_document_get_name (document), ==, rows[i].name);
    }
}

static void
test_options_alone (void)
{
  g_autoptr (DroverImport) import = import_text ("-m 1G\n-hda x\n\n  -S");
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_auto (GStrv) options = drover_import_dup_options (import);
  g_autofree char *joined = g_strjoinv (" ", options);
  g_autofree char *actual = NULL;

  g_assert_cmpstr (joined, ==, "m hda S");
  g_assert_null (drover_import_get_program (import));
  g_assert_null (drover_import_make_document (import, NULL, drover_option_table_get_built_in (),
                                              NULL, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  drover_import_set_program (import, "qemu-system-arm");
  document = make_document (import, NULL);
  actual = dump (document);
  g_assert_cmpstr (actual, ==, "qemu-system-arm [-m 1G] [-hda x] [-S]");
}

/* Nothing in an argument list is for a shell. */
static void
test_json (void)
{
  static const char text[] = "[\"/opt/my qemu\", \"-m\", \"$RAM\", \"a b\", \"~/x\", \"-append\", "
                             "\"\", \">\", \"*\"]";
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverImport) import = drover_import_new_from_json (text, -1, &error);
  g_autoptr (GPtrArray) notices = NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_autofree char *actual = NULL;

  g_assert_no_error (error);
  document = make_document (import, &notices);
  actual = dump (document);
  g_assert_cmpstr (actual, ==, "/opt/my qemu [-m $RAM] [a b] [~/x] [-append ] [>] [*]");
  g_assert_cmpuint (drover_import_get_variables (import)->len, ==, 0);
  g_assert_cmpuint (get_changes (notices)->len, ==, 0);
}

static void
test_bad_json (void)
{
  static const struct
  {
    const char *text;
    const char *message;
  } rows[] = {
    { "{}", "An array of strings is expected" },
    { "\"x\"", "An array of strings is expected" },
    { "[]", "The list of arguments is empty" },
    { "[\"a\", 1]", "[1]: a string is expected here" },
    { "[\"a\", [\"b\"]]", "[1]: a string is expected here" },
    { "[null]", "[0]: a string is expected here" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (drover_import_new_from_json (rows[i].text, -1, &error));
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
      g_assert_true (g_str_has_prefix (error->message, rows[i].message));
    }
}

static void
test_no_json (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_import_new_from_json ("[\"a\"", -1, &error));
  g_assert_nonnull (error);
}

/* Text that copies what grows, and more words than a system takes, end soon. */
static void
test_growth (void)
{
  static const struct
  {
    const char *line;
    const char *end;
    gboolean is_too_long;
  } cases[] = {
    { "A=$A$A\n", X86 " -m 1", FALSE },
    { "A+=xyz\n", X86 " -m 1", FALSE },
    { "A+=(x)\n", X86 " -m 1", FALSE },
    { X86 " x x x x x x x x x x x x x x x x x x x x x x \\\n", "x", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (DroverDocument) document = NULL;
      g_autoptr (DroverImport) import = NULL;
      g_autoptr (GError) error = NULL;

      for (guint j = 0; j < 40000; j++)
        g_string_append (text, cases[i].line);
      g_string_append (text, cases[i].end);
      import = import_text (text->str);
      document = drover_import_make_document (import, NULL, drover_option_table_get_built_in (),
                                              NULL, &error);
      g_assert_true ((document == NULL) == cases[i].is_too_long);
      if (cases[i].is_too_long)
        g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
    }
}

static void
test_nothing (void)
{
  static const char *const texts[] = { "", "hello world", "# a comment", "qemu-img create a 1G",
                                       "apt install qemu-system-x86", "make qemu",
                                       "sudo modprobe kvm", "man qemu-system-x86_64",
                                       "usermod -aG kvm me", "$QEMU", "sudo -u kvm -s id",
                                       "pkill qemu-system-x86_64 -9" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", texts[i]);
      g_assert_null (drover_import_new_from_text (texts[i], -1, &error));
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
    }
}

static void
test_encoding (void)
{
  static const char *const argv[] = { X86, "-name", "\xff", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_import_new_from_argv (argv, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
}

/* Texts whose variables, put in place, would fill the memory. */
static void
test_explosion (void)
{
  g_autoptr (GString) text = g_string_new ("A=aaaaaaaaaaaaaaaa\n");
  g_autoptr (DroverImport) import = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 12; i++)
    g_string_append (text, "A=$A$A\n");
  g_string_append (text, X86);
  for (guint i = 0; i < 2000; i++)
    g_string_append (text, " $A");

  import = import_text (text->str);
  g_assert_null (drover_import_make_document (import, NULL, drover_option_table_get_built_in (),
                                              NULL, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
}

/* A paste of 5 MB with a command at its end; the test program's time limit is the measure. */
static void
test_large (void)
{
  static const char *const units[] = { "a b c\n", "A=\"$A x\"\n", "$A1 $A2 ${B:-$C}\n", X86 " -S\n",
                                       "bash -c 'qemu x'\n" };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (DroverImport) import = NULL;
      g_autoptr (DroverDocument) document = NULL;

      while (text->len < (i == 0 ? 5000000 : 200000))
        g_string_append (text, units[i]);
      g_string_append (text, X86 " -S -name $X");
      import = import_text (text->str);
      /* The scripts that a text has in it come last. */
      if (units[i][0] != 'b')
        drover_import_choose (import, drover_import_get_n_commands (import) - 1);
      document = make_document (import, NULL);
      g_assert_cmpuint (drover_document_get_arguments (document)->len, ==, 2);
    }
}

/* What is exported is imported as it was, notes and switched off arguments aside. */
static void
test_export (void)
{
  static const char text[] =
    "{ \"version\": 1, \"uuid\": \"b7a3c2d0-5a0e-4c0e-9d1c-2f6f0f2f5c11\", \"name\": \"A\\nB\","
    "  \"program\": \"qemu-system-x86_64\", \"arguments\": ["
    "    { \"flag\": \"-m\", \"value\": \"1G\", \"note\": \"a\\nqemu-system-arm b\" },"
    "    { \"flag\": \"-S\", \"enabled\": false },"
    "    { \"flag\": \"-s\", \"enabled\": false, \"note\": \"to debug\" },"
    "    { \"flag\": \"-append\", \"value\": \"it's $HOME\\nx\" },"
    "    { \"flag\": \"--nographic\" }, { \"value\": \"disk.img\" } ] }";
  static const char expected[] = "#!/bin/sh\n# A\n# B\n# -m 1G: a\n# qemu-system-arm b\n"
                                 "# Switched off: -S\n# Switched off: -s: to debug\ncd '/x y' || exit\nexec " X86 " \\\n  -m 1G \\\n"
                                 "  -append 'it'\\''s $HOME\nx' \\\n  --nographic \\\n  disk.img\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDocument) document = drover_document_parse (text, -1, &error);
  g_autofree char *script = drover_export_dup_script (document, "/x y");
  g_autoptr (DroverImport) import = import_text (script);
  g_autoptr (DroverDocument) again = make_document (import, NULL);
  g_auto (GStrv) before = drover_document_dup_argv (document);
  g_auto (GStrv) after = drover_document_dup_argv (again);

  g_assert_no_error (error);
  g_assert_cmpstr (script, ==, expected);
  g_assert_cmpuint (drover_import_get_n_commands (import), ==, 1);
  g_assert_true (g_strv_equal ((const char *const *) before, (const char *const *) after));
}

static void
test_export_folder (void)
{
  static const struct
  {
    const char *text;
    gboolean needs_folder;
  } rows[] = {
    { X86 " -m 1 -hda /a", FALSE },
    { X86 " -hda a", TRUE },
    { X86 " -drive file=a,if=none", TRUE },
    { X86 " -drive file=/a -drive file=nbd:x", FALSE },
    { X86 " -blockdev '{\"driver\":\"file\",\"filename\":\"a\"}'", TRUE },
    { X86 " -blockdev '{\"driver\":\"file\",\"filename\":\"/a\"}'", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DroverImport) import = import_text (rows[i].text);
      g_autoptr (DroverDocument) document = make_document (import, NULL);
      g_autofree char *script = drover_export_dup_script (document, "/x");

      g_assert_cmpint (strstr (script, "\ncd /x || exit\n") != NULL, ==, rows[i].needs_folder);
      g_assert_cmpint (drover_export_needs_directory (document), ==, rows[i].needs_folder);

      /* What is switched off needs no folder. */
      if (rows[i].needs_folder)
        {
          g_autoptr (GPtrArray) off =
            drover_arguments_copy (drover_document_get_arguments (document));
          g_autoptr (DroverDocument) without = NULL;

          for (guint j = 0; j < off->len; j++)
            {
              g_autoptr (DroverArgument) argument = off->pdata[j];

              off->pdata[j] = drover_argument_with_enabled (argument, FALSE);
            }
          without = drover_document_with_arguments (document, off);
          g_assert_false (drover_export_needs_directory (without));
        }
    }
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_unsetenv ("A");
  g_test_add_func ("/import/fixtures", test_fixtures);
  g_test_add_func ("/import/kvm", test_kvm);
  g_test_add_func ("/import/program-path", test_program_path);
  g_test_add_func ("/import/choose", test_choose);
  g_test_add_func ("/import/variables", test_variables);
  g_test_add_func ("/import/places", test_places);
  g_test_add_func ("/import/turns", test_turns);
  g_test_add_func ("/import/proposals", test_proposals);
  g_test_add_func ("/import/notices", test_notices);
  g_test_add_func ("/import/names", test_names);
  g_test_add_func ("/import/options-alone", test_options_alone);
  g_test_add_func ("/import/json", test_json);
  g_test_add_func ("/import/json/bad", test_bad_json);
  g_test_add_func ("/import/json/none", test_no_json);
  g_test_add_func ("/import/growth", test_growth);
  g_test_add_func ("/import/nothing", test_nothing);
  g_test_add_func ("/import/encoding", test_encoding);
  g_test_add_func ("/import/explosion", test_explosion);
  g_test_add_func ("/import/large", test_large);
  g_test_add_func ("/export/script", test_export);
  g_test_add_func ("/export/folder", test_export_folder);
  return drover_test_run ();
}
