/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-firmware-private.h"

/* Where UEFI lies on hosts that have no descriptor files, or did not have them always. */

#define SMM 1       /* needs System Management Mode */
#define SECURE 2    /* knows Secure Boot */
#define ENROLLED 4  /* and its variables have keys */

#define PCS "pc-i440fx-*|pc-q35-*"
#define Q35 "pc-q35-*"
#define VIRT "virt-*|virt"

/* In the order of preference. A folder without a slash in front lies in QEMU's own data folder:
 * so it is with Homebrew, MacPorts, Nix and a QEMU that was built by hand. */
static const struct
{
  const char *architecture;
  const char *machines;
  const char *folder;
  const char *code;
  const char *vars;
  guint flags;
} places[] = {
  /* Debian, Ubuntu */
  { "x86_64", Q35, "/usr/share/OVMF", "OVMF_CODE_4M.ms.fd", "OVMF_VARS_4M.ms.fd",
    SMM | SECURE | ENROLLED },
  { "x86_64", Q35, "/usr/share/OVMF", "OVMF_CODE.ms.fd", "OVMF_VARS.ms.fd",
    SMM | SECURE | ENROLLED },
  { "x86_64", Q35, "/usr/share/OVMF", "OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd",
    SMM | SECURE },
  { "x86_64", PCS, "/usr/share/OVMF", "OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd", 0 },
  { "x86_64", PCS, "/usr/share/OVMF", "OVMF_CODE.fd", "OVMF_VARS.fd", 0 },
  { "i386", Q35, "/usr/share/OVMF", "OVMF32_CODE_4M.secboot.fd", "OVMF32_VARS_4M.fd",
    SMM | SECURE },
  { "aarch64", VIRT, "/usr/share/AAVMF", "AAVMF_CODE.ms.fd", "AAVMF_VARS.ms.fd",
    SECURE | ENROLLED },
  { "aarch64", VIRT, "/usr/share/AAVMF", "AAVMF_CODE.no-secboot.fd", "AAVMF_VARS.fd", 0 },
  { "aarch64", VIRT, "/usr/share/AAVMF", "AAVMF_CODE.fd", "AAVMF_VARS.fd", 0 },
  { "arm", VIRT, "/usr/share/AAVMF", "AAVMF32_CODE.fd", "AAVMF32_VARS.fd", 0 },
  { "riscv64", VIRT, "/usr/share/qemu-efi-riscv64", "RISCV_VIRT_CODE.fd",
    "RISCV_VIRT_VARS.fd", 0 },
  /* Fedora */
  { "x86_64", Q35, "/usr/share/edk2/ovmf", "OVMF_CODE_4M.secboot.qcow2",
    "OVMF_VARS_4M.secboot.qcow2", SMM | SECURE | ENROLLED },
  { "x86_64", Q35, "/usr/share/edk2/ovmf", "OVMF_CODE.secboot.fd", "OVMF_VARS.secboot.fd",
    SMM | SECURE | ENROLLED },
  { "x86_64", PCS, "/usr/share/edk2/ovmf", "OVMF_CODE_4M.qcow2", "OVMF_VARS_4M.qcow2", 0 },
  { "x86_64", PCS, "/usr/share/edk2/ovmf", "OVMF_CODE.fd", "OVMF_VARS.fd", 0 },
  { "aarch64", VIRT, "/usr/share/edk2/aarch64", "QEMU_EFI-silent-pflash.qcow2",
    "vars-template-pflash.qcow2", 0 },
  { "aarch64", VIRT, "/usr/share/edk2/aarch64", "QEMU_EFI-silent-pflash.raw",
    "vars-template-pflash.raw", 0 },
  { "aarch64", VIRT, "/usr/share/edk2/aarch64", "QEMU_EFI-pflash.raw",
    "vars-template-pflash.raw", 0 },
  /* Arch */
  { "x86_64", Q35, "/usr/share/edk2/x64", "OVMF_CODE.secboot.4m.fd", "OVMF_VARS.4m.fd",
    SMM | SECURE },
  { "x86_64", PCS, "/usr/share/edk2/x64", "OVMF_CODE.4m.fd", "OVMF_VARS.4m.fd", 0 },
  { "x86_64", Q35, "/usr/share/edk2-ovmf/x64", "OVMF_CODE.secboot.fd", "OVMF_VARS.fd",
    SMM | SECURE },
  { "x86_64", PCS, "/usr/share/edk2-ovmf/x64", "OVMF_CODE.fd", "OVMF_VARS.fd", 0 },
  { "aarch64", VIRT, "/usr/share/edk2/aarch64", "QEMU_CODE.fd", "QEMU_VARS.fd", 0 },
  { "aarch64", VIRT, "/usr/share/edk2-armvirt/aarch64", "QEMU_CODE.fd", "QEMU_VARS.fd", 0 },
  /* openSUSE */
  { "x86_64", Q35, "/usr/share/qemu", "ovmf-x86_64-smm-ms-code.bin",
    "ovmf-x86_64-smm-ms-vars.bin", SMM | SECURE | ENROLLED },
  { "x86_64", PCS, "/usr/share/qemu", "ovmf-x86_64-4m-code.bin", "ovmf-x86_64-4m-vars.bin", 0 },
  { "x86_64", PCS, "/usr/share/qemu", "ovmf-x86_64-code.bin", "ovmf-x86_64-vars.bin", 0 },
  { "aarch64", VIRT, "/usr/share/qemu", "aavmf-aarch64-code.bin", "aavmf-aarch64-vars.bin", 0 },
  /* NixOS, as it prepares it for libvirt: what QEMU brings, in older releases EDK2's own names */
  { "x86_64", Q35, "/run/libvirt/nix-ovmf", "edk2-x86_64-secure-code.fd", "edk2-i386-vars.fd",
    SMM | SECURE },
  { "x86_64", PCS, "/run/libvirt/nix-ovmf", "edk2-x86_64-code.fd", "edk2-i386-vars.fd", 0 },
  { "aarch64", VIRT, "/run/libvirt/nix-ovmf", "edk2-aarch64-code.fd", "edk2-arm-vars.fd", 0 },
  { "x86_64", PCS, "/run/libvirt/nix-ovmf", "OVMF_CODE.fd", "OVMF_VARS.fd", 0 },
  { "aarch64", VIRT, "/run/libvirt/nix-ovmf", "AAVMF_CODE.fd", "AAVMF_VARS.fd", 0 },
  /* What QEMU itself brings. The variables are those of the 32-bit sister. */
  { "x86_64", Q35, "", "edk2-x86_64-secure-code.fd", "edk2-i386-vars.fd", SMM | SECURE },
  { "x86_64", PCS, "", "edk2-x86_64-code.fd", "edk2-i386-vars.fd", 0 },
  { "i386", Q35, "", "edk2-i386-secure-code.fd", "edk2-i386-vars.fd", SMM | SECURE },
  { "i386", PCS, "", "edk2-i386-code.fd", "edk2-i386-vars.fd", 0 },
  { "aarch64", VIRT, "", "edk2-aarch64-code.fd", "edk2-arm-vars.fd", 0 },
  { "arm", VIRT, "", "edk2-arm-code.fd", "edk2-arm-vars.fd", 0 },
  { "riscv64", VIRT, "", "edk2-riscv-code.fd", "edk2-riscv-vars.fd", 0 },
  { "loongarch64", VIRT, "", "edk2-loongarch64-code.fd", "edk2-loongarch64-vars.fd", 0 },
};

static GStrv
dup_features (guint flags)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (flags & ENROLLED)
    g_strv_builder_add (builder, "enrolled-keys");
  if (flags & SMM)
    g_strv_builder_add (builder, "requires-smm");
  if (flags & SECURE)
    g_strv_builder_add (builder, "secure-boot");
  return g_strv_builder_end (builder);
}

static const char *
get_title (guint flags)
{
  if (flags & ENROLLED)
    return "UEFI, Secure Boot, enrolled keys";

  return flags & SECURE ? "UEFI, Secure Boot" : "UEFI";
}

static void
add (GPtrArray *list, guint index, const char *folder)
{
  g_autofree char *code = g_build_filename (folder, places[index].code, NULL);
  g_autofree char *vars = g_build_filename (folder, places[index].vars, NULL);
  DroverFirmware *firmware;

  if (!g_file_test (code, G_FILE_TEST_IS_REGULAR) || !g_file_test (vars, G_FILE_TEST_IS_REGULAR))
    return;

  firmware = _drover_firmware_new (code);
  firmware->title = g_strdup_printf ("%s (%s)", get_title (places[index].flags),
                                     places[index].architecture);
  firmware->interfaces = g_strsplit ("uefi", "|", -1);
  firmware->device = g_strdup ("flash");
  firmware->mode = g_strdup ("split");
  firmware->code_format = _drover_firmware_dup_format (code, NULL);
  firmware->vars_format = _drover_firmware_dup_format (vars, NULL);
  firmware->code = g_steal_pointer (&code);
  firmware->vars = g_steal_pointer (&vars);
  firmware->features = dup_features (places[index].flags);
  _drover_firmware_add_target (firmware, places[index].architecture,
                               g_strsplit (places[index].machines, "|", -1));
  g_ptr_array_add (list, firmware);
}

/* Adds what lies in known places. @root stands before absolute paths, @shares are the folders of
 * data that QEMU itself brought. */
void
_drover_firmware_add_known (GPtrArray *list, const char *root, const char *const *shares)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      if (*places[i].folder == '/')
        {
          g_autofree char *folder = g_strconcat (root, places[i].folder, NULL);

          add (list, i, folder);
          continue;
        }

      for (guint j = 0; shares[j] != NULL; j++)
        {
          guint before = list->len;

          add (list, i, shares[j]);
          if (list->len > before)
            break;
        }
    }
}
