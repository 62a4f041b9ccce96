/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-detect.h"
#include "drover-image.h"
#include "drover-seed.h"
#include "drover-test.h"

#define GIB (G_GUINT64_CONSTANT (1) << 30)

static char *
dup_path (const char *name)
{
  return g_build_filename (drover_test_dir (), name, NULL);
}

static DroverDetection *
detect (const char *path)
{
  g_autoptr (GError) error = NULL;
  DroverDetection *found = drover_test_await_boxed (drover_detect (path), &error);

  g_assert_no_error (error);
  g_test_message ("%s%s%s", found->text, found->note != NULL ? " | " : "",
                  found->note != NULL ? found->note : "");
  return found;
}

/* --- discs ----------------------------------------------------------------------------------- */

typedef struct
{
  const char *volume;
  const char *publisher;   /* nullable */
  const char *application; /* nullable */
  const char *file;        /* nullable: its name */
  DroverMediumKind kind;
  const char *os_id;
  const char *architecture;
  const char *template_id;
  const char *kernel;
  const char *text;
  gboolean in_table; /* known without a database, too */
} Disc;

#define MICROSOFT "MICROSOFT CORPORATION"
#define ARCH "ARCH LINUX <HTTPS://ARCHLINUX.ORG>", "ARCH LINUX LIVE/RESCUE DVD"

static const Disc discs[] = {
  { "Ubuntu-Server 22.04.5 LTS amd64", NULL, NULL, NULL, DROVER_MEDIUM_KIND_INSTALLER,
    "ubuntu22.04", "x86_64", "ubuntu-22.04-server", "casper/vmlinuz",
    "Ubuntu Server 22.04 LTS, installer for x86_64", TRUE },
  { "Ubuntu-Server 22.04.5 LTS arm64", NULL, NULL, NULL, DROVER_MEDIUM_KIND_INSTALLER,
    "ubuntu22.04", "aarch64", "ubuntu-22.04-server", "casper/vmlinuz",
    "Ubuntu Server 22.04 LTS, installer for aarch64", TRUE },
  { "Ubuntu 22.04 LTS amd64", NULL, NULL, NULL, DROVER_MEDIUM_KIND_LIVE, "ubuntu22.04", "x86_64",
    "ubuntu-22.04-desktop", "casper/vmlinuz",
    "Ubuntu Desktop 22.04 LTS, to try and install, for x86_64", TRUE },
  { "ARCH_202510", ARCH, NULL, DROVER_MEDIUM_KIND_LIVE, "archlinux", "x86_64", "arch-iso", NULL,
    "Arch Linux, to try and install, for x86_64", TRUE },
  { "CCCOMA_X64FRE_EN-US_DV9", MICROSOFT, NULL, "Win11_25H2_English_x64.iso",
    DROVER_MEDIUM_KIND_INSTALLER, "win11", "x86_64", "windows-11", NULL,
    "Microsoft Windows 11, installer for x86_64", TRUE },
  { "CCCOMA_A64FRE_EN-US_DV9", MICROSOFT, NULL, NULL, DROVER_MEDIUM_KIND_INSTALLER, "win11",
    "aarch64", "windows-11", NULL, "Microsoft Windows 11, installer for aarch64", TRUE },
  { "CCCOMA_X64FRE_EN-US_DV9", MICROSOFT, NULL, "Win10_22H2_English_x64.iso",
    DROVER_MEDIUM_KIND_INSTALLER, "win10", "x86_64", NULL, NULL,
    "Microsoft Windows 10, installer for x86_64", FALSE },
  { "Debian 13.1.0 amd64 n", NULL, NULL, NULL, DROVER_MEDIUM_KIND_INSTALLER, "debian13", "x86_64",
    "debian-13", "install.amd/vmlinuz", "Debian 13, installer for x86_64", TRUE },
  { "Debian 13.1.0 arm64 1", NULL, NULL, NULL, DROVER_MEDIUM_KIND_INSTALLER, "debian13",
    "aarch64", "debian-13", "install.a64/vmlinuz", "Debian 13, installer for aarch64", TRUE },
  { "Holiday 2019", NULL, NULL, NULL, DROVER_MEDIUM_KIND_DISC, NULL, NULL, NULL, NULL,
    "A CD or DVD, “Holiday 2019”", TRUE },
  { "", NULL, NULL, NULL, DROVER_MEDIUM_KIND_DISC, NULL, NULL, NULL, NULL, "A CD or DVD", TRUE },
  { "Ubuntu-Server 22.04.5 LTS amd64 and more", NULL, NULL, NULL, DROVER_MEDIUM_KIND_INSTALLER,
    "ubuntu22.04", "x86_64", "ubuntu-22.04-server", "casper/vmlinuz",
    "Ubuntu Server 22.04 LTS, installer for x86_64", TRUE },
};

static void
put_field (char *image, gsize at, gsize length, const char *text)
{
  memset (image + at, ' ', length);
  if (text != NULL)
    memcpy (image + at, text, MIN (strlen (text), length));
}

/* An image with these words in its first descriptor. */
static char *
make_disc (const Disc *disc)
{
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                        (GDestroyNotify) g_bytes_unref);
  char *path = dup_path (disc->file != NULL ? disc->file : "disc.iso");
  g_autofree char *image = NULL;
  gsize length;

  g_hash_table_insert (files, g_strdup ("readme"), g_bytes_new_static ("hello", 5));
  g_assert_true (drover_seed_write (path, "X", files, NULL));
  g_assert_true (g_file_get_contents (path, &image, &length, NULL));
  put_field (image, 16 * 2048 + 40, 32, disc->volume);
  put_field (image, 16 * 2048 + 318, 128, disc->publisher);
  put_field (image, 16 * 2048 + 574, 128, disc->application);
  g_assert_true (g_file_set_contents (path, image, length, NULL));
  return path;
}

static void
check_disc (const Disc *disc)
{
  g_autofree char *path = make_disc (disc);
  g_autoptr (DroverDetection) found = detect (path);

  g_assert_cmpint (found->kind, ==, disc->kind);
  g_assert_cmpstr (found->os_id, ==, disc->os_id);
  g_assert_cmpstr (found->architecture, ==, disc->architecture);
  g_assert_cmpstr (found->template_id, ==, disc->template_id);
  g_assert_cmpstr (found->kernel, ==, disc->kernel);
  g_assert_cmpstr (found->text, ==, disc->text);
  g_assert_cmpstr (found->format, ==, "raw");
  g_assert_true (g_str_has_prefix (disc->volume, found->label));

  /* The program without a database says so where it would help. */
  if (g_test_subprocess ())
    {
      g_assert_cmpuint (found->memory, ==, 0);
      g_assert_true ((disc->kind == DROVER_MEDIUM_KIND_DISC) ==
                     (found->note != NULL && strstr (found->note, "osinfo-db") != NULL));
    }
}

static gboolean
has_db (void)
{
  return g_file_test ("/usr/share/osinfo/os/ubuntu.com", G_FILE_TEST_IS_DIR);
}

static void
test_discs (void)
{
  if (!has_db ())
    {
      g_test_skip ("osinfo-db is not installed");
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (discs); i++)
    check_disc (&discs[i]);
}

static void
test_resources (void)
{
  g_autofree char *path = make_disc (&discs[0]);
  g_autofree char *newer = NULL;
  g_autoptr (DroverDetection) found = NULL;
  g_autoptr (DroverDetection) debian = NULL;

  if (!has_db ())
    {
      g_test_skip ("osinfo-db is not installed");
      return;
    }

  found = detect (path);
  g_assert_cmpuint (found->memory, ==, 4 * GIB);
  g_assert_cmpuint (found->disk, ==, 25 * GIB);
  g_assert_cmpuint (found->cpus, ==, 1);
  g_assert_cmpstr (found->os_version, ==, "22.04");
  g_assert_cmpstr (found->initrd, ==, "casper/initrd");
  g_assert_null (found->note);

  /* The database may be older than this release; what it knows of the system is taken. */
  newer = make_disc (&discs[7]);
  debian = detect (newer);
  g_assert_cmpuint (debian->memory, >=, GIB);
}

/* The discs of Windows 10 and 11 are the same from outside. */
static void
test_windows_note (void)
{
  Disc disc = discs[4];
  g_autofree char *path = NULL;
  g_autoptr (DroverDetection) found = NULL;

  if (!has_db ())
    {
      g_test_skip ("osinfo-db is not installed");
      return;
    }

  disc.file = "windows.iso";
  path = make_disc (&disc);
  found = detect (path);
  g_assert_cmpstr (found->os_id, ==, "win11");
  g_assert_nonnull (strstr (found->note, "Windows 10"));
}

/* In a program of its own, for the database is read once. */
static void
test_without_db (void)
{
  if (g_test_subprocess ())
    {
      for (guint i = 0; i < G_N_ELEMENTS (discs) - 1; i++)
        if (discs[i].in_table)
          check_disc (&discs[i]);
      return;
    }

  {
    g_autofree char *empty = dup_path ("no-db");
    g_auto (GStrv) envp = g_get_environ ();

    g_mkdir (empty, 0700);
    envp = g_environ_setenv (envp, "OSINFO_SYSTEM_DIR", empty, TRUE);
    envp = g_environ_setenv (envp, "OSINFO_LOCAL_DIR", empty, TRUE);
    envp = g_environ_setenv (envp, "OSINFO_USER_DIR", empty, TRUE);
    g_test_trap_subprocess_with_envp (NULL, (const char *const *) envp, 0,
                                      G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
  }
}

static void
test_broken_discs (void)
{
  g_autofree char *path = make_disc (&discs[0]);
  g_autofree char *image = NULL;
  g_autofree char *huge = NULL;
  g_autoptr (DroverDetection) cut = NULL;
  g_autoptr (DroverDetection) bare = NULL;
  g_autoptr (DroverDetection) none = NULL;
  g_autoptr (DroverDetection) binary = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &image, &length, NULL));

  /* The download stopped. */
  g_file_set_contents (path, image, length / 2, NULL);
  cut = detect (path);
  g_assert_cmpint (cut->kind, ==, DROVER_MEDIUM_KIND_INSTALLER);
  g_assert_nonnull (strstr (cut->note, "not whole"));

  g_file_set_contents (path, image, 17 * 2048, NULL);
  bare = detect (path);
  g_assert_nonnull (strstr (bare->note, "not whole"));

  g_file_set_contents (path, image, 17 * 2048 - 1, NULL);
  none = detect (path);
  g_assert_cmpint (none->kind, ==, DROVER_MEDIUM_KIND_OTHER);
  g_assert_nonnull (strstr (none->note, "“.iso”"));

  /* Every byte of the label that it can have. */
  memset (image + 16 * 2048 + 8, 0xff, 2048 - 8);
  g_file_set_contents (path, image, length, NULL);
  binary = detect (path);
  g_assert_cmpint (binary->kind, ==, DROVER_MEDIUM_KIND_DISC);
  g_assert_true (g_utf8_validate (binary->text, -1, NULL));
}

/* --- other files ----------------------------------------------------------------------------- */

typedef struct
{
  const char *file;
  gsize at;
  const char *bytes;
  gsize n_bytes;
  gsize size;
  DroverMediumKind kind;
  const char *architecture;
  const char *text;
  const char *note; /* a part of it */
} File;

#define Z8 "\0\0\0\0\0\0\0\0"
#define PE(machine, subsystem)                                                        \
  "MZ\0\0zzzz" Z8 Z8 Z8 Z8 Z8 Z8 "\0\0\0\0\x40\0\0\0"                               \
  "PE\0\0" machine Z8 Z8 Z8 Z8 Z8 Z8 Z8 Z8 Z8 Z8 "\0\0\0\0\0\0" subsystem "\0\0\0"
#define BYTES(literal) literal, sizeof (literal) - 1

static const File files[] = {
  { "linux", 0x1fe, BYTES ("\x55\xaa\0\0HdrS"), 40000, DROVER_MEDIUM_KIND_KERNEL, "i386",
    "A Linux kernel for i386" },
  { "vmlinuz", 0x1fe,
    BYTES ("\x55\xaa\0\0HdrS" Z8 Z8 Z8 Z8 Z8 Z8 "\x7f"), 40000, DROVER_MEDIUM_KIND_KERNEL, "x86_64",
    "A Linux kernel for x86_64" },
  { "Image", 56, BYTES ("ARM\x64"), 4096, DROVER_MEDIUM_KIND_KERNEL, "aarch64",
    "A Linux kernel for aarch64" },
  { "Image", 56, BYTES ("RSC\x05"), 4096, DROVER_MEDIUM_KIND_KERNEL, "riscv64",
    "A Linux kernel for riscv64" },
  { "shell.efi", 0, BYTES (PE ("\x64\x86", "\x0a")), 4096, DROVER_MEDIUM_KIND_EFI, "x86_64",
    "A program for UEFI on x86_64" },
  { "shell.efi", 0, BYTES (PE ("\x64\xaa", "\x0a")), 4096, DROVER_MEDIUM_KIND_EFI, "aarch64",
    "A program for UEFI on aarch64" },
  { "setup.exe", 0, BYTES (PE ("\x64\x86", "\x02")), 4096, DROVER_MEDIUM_KIND_OTHER, NULL,
    "Nothing that a machine could start from" },
  { "far.efi", 0, BYTES ("MZ\0\0zzzz" Z8 Z8 Z8 Z8 Z8 Z8 "\0\0\0\0\xff\xff\xff\xff"), 4096,
    DROVER_MEDIUM_KIND_OTHER, NULL, "Nothing that a machine could start from" },
  { "initrd.img", 0, BYTES ("070701"), 4096, DROVER_MEDIUM_KIND_RAM_DISK, NULL,
    "An initial RAM disk for a Linux kernel" },
  { "initrd.gz", 0, BYTES ("\x1f\x8b\x08"), 4096, DROVER_MEDIUM_KIND_RAM_DISK, NULL,
    "An initial RAM disk for a Linux kernel" },
  { "disk.img.xz", 0, BYTES ("\xfd" "7zXZ"), 4096, DROVER_MEDIUM_KIND_OTHER, NULL,
    "Nothing that a machine could start from", "Unpack it" },
  { "dos.img", 510, BYTES ("\x55\xaa"), 1474560, DROVER_MEDIUM_KIND_FLOPPY, NULL,
    "A floppy disk" },
  { "disk", 510, BYTES ("\x55\xaa"), 1 << 20, DROVER_MEDIUM_KIND_DISK, NULL,
    "A disk image (raw, 1.0 MiB)" },
  { "gpt", 512, BYTES ("EFI PART"), 1 << 20, DROVER_MEDIUM_KIND_DISK, NULL,
    "A disk image (raw, 1.0 MiB)" },
  { "empty.raw", 0, BYTES (""), 1 << 20, DROVER_MEDIUM_KIND_DISK, NULL,
    "A disk image (raw, 1.0 MiB)" },
  { "nothing", 0, BYTES (""), 0, DROVER_MEDIUM_KIND_OTHER, NULL, "An empty file" },
  { "one", 0, BYTES ("x"), 1, DROVER_MEDIUM_KIND_OTHER, NULL,
    "Nothing that a machine could start from" },
  { "hotel.iso", 0, BYTES ("\n<!DOCTYPE html><title>Log in"), 5000, DROVER_MEDIUM_KIND_OTHER,
    NULL, "Nothing that a machine could start from", "web page" },
  { "script", 0, BYTES ("#!/bin/sh\necho\n"), 5000, DROVER_MEDIUM_KIND_OTHER, NULL,
    "Nothing that a machine could start from" },
  { "broken.qcow2", 0, BYTES ("QFI\xfb\0\0\0\3"), 70000, DROVER_MEDIUM_KIND_DISK, NULL,
    "A disk image (qcow2)", "broken.qcow2" },
  { "udf.iso", 16 * 2048, BYTES ("\0BEA01\1"), 70000, DROVER_MEDIUM_KIND_DISC, NULL,
    "A CD or DVD" },
};

static void
test_files (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      const File *file = &files[i];
      g_autofree char *path = dup_path (file->file);
      g_autofree char *data = g_malloc0 (file->size + 1);
      g_autoptr (DroverDetection) found = NULL;
      g_autoptr (DroverDetection) copy = NULL;

      memcpy (data + file->at, file->bytes, file->n_bytes);
      g_assert_true (g_file_set_contents (path, data, file->size, NULL));
      found = detect (path);
      copy = drover_detection_copy (found);
      g_assert_cmpint (copy->kind, ==, file->kind);
      g_assert_cmpstr (copy->architecture, ==, file->architecture);
      g_assert_cmpstr (copy->text, ==, file->text);
      g_assert_cmpuint (copy->size, ==, file->size);
      if (file->note == NULL)
        g_assert_null (copy->note);
      else
        g_assert_nonnull (strstr (copy->note, file->note));
    }
}

static void
test_cloud_images (void)
{
  static const struct
  {
    const char *file;
    const char *template_id;
    const char *os_id;
    const char *text;
  } images[] = {
    { "jammy-server-cloudimg-amd64.img", "ubuntu-22.04-cloud", "ubuntu22.04",
      "Ubuntu 22.04 LTS, ready-made disk for x86_64" },
    { "jammy-server-cloudimg-arm64 (2).img", "ubuntu-22.04-cloud", "ubuntu22.04",
      "Ubuntu 22.04 LTS, ready-made disk for aarch64" },
    { "debian-13-genericcloud-amd64-20251006-2257.qcow2", "debian-13-cloud", "debian13",
      "Debian 13, ready-made disk for x86_64" },
    { "Arch-Linux-x86_64-cloudimg.qcow2", "arch-cloud", "archlinux",
      "Arch Linux, ready-made disk for x86_64" },
    { "Arch-Linux-x86_64-basic.qcow2", NULL, NULL, "A disk image (qcow2, 3.0 GiB)" },
    { "debian-13-nocloud-amd64-daily.qcow2", NULL, NULL, "A disk image (qcow2, 3.0 GiB)" },
    { "disk.qcow2", NULL, NULL, "A disk image (qcow2, 3.0 GiB)" },
  };
  g_autofree char *qemu_img = g_find_program_in_path ("qemu-img");

  if (qemu_img == NULL)
    {
      g_test_skip ("qemu-img is not installed");
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (images); i++)
    {
      g_autofree char *path = dup_path (images[i].file);
      g_autoptr (DroverDetection) found = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (drover_test_await (drover_image_create (path, "qcow2", 3 * GIB), &error));
      g_assert_no_error (error);
      found = detect (path);
      g_assert_cmpstr (found->format, ==, "qcow2");
      g_assert_cmpuint (found->virtual_size, ==, 3 * GIB);
      g_assert_cmpstr (found->text, ==, images[i].text);
      g_assert_cmpstr (found->template_id, ==, images[i].template_id);
      g_assert_cmpstr (found->os_id, ==, images[i].os_id);
    }
}

/* What cannot be looked at. */
static void
test_fails (void)
{
  g_autofree char *none = dup_path ("no-such-file");
  g_autofree char *pipe_path = dup_path ("pipe");
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_test_await_boxed (drover_detect (none), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "no-such-file"));
  g_clear_error (&error);

  g_assert_null (drover_test_await_boxed (drover_detect (drover_test_dir ()), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);

  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  g_assert_null (drover_test_await_boxed (drover_detect (pipe_path), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);

  g_test_add_func ("/detect/discs", test_discs);
  g_test_add_func ("/detect/resources", test_resources);
  g_test_add_func ("/detect/windows-note", test_windows_note);
  g_test_add_func ("/detect/without-db", test_without_db);
  g_test_add_func ("/detect/broken-discs", test_broken_discs);
  g_test_add_func ("/detect/files", test_files);
  g_test_add_func ("/detect/cloud-images", test_cloud_images);
  g_test_add_func ("/detect/fails", test_fails);

  return drover_test_run ();
}
