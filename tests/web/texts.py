"""Answers as the desk gives them, in seven languages, for looking at."""

from markupsafe import Markup

from knowledge.language import Language

GREETINGS = {
    Language.EN: Markup("Hello! I am <b>Mekong Desk</b>. Ask me about zones, borders and forums."),
    Language.ZH: Markup("您好！我是 <b>Mekong Desk</b>。您可以向我咨询园区、口岸和论坛。"),
    Language.TH: Markup("สวัสดีค่ะ ดิฉันคือ <b>Mekong Desk</b> ถามเรื่องเขตเศรษฐกิจ ด่านชายแดน และงานประชุมได้เลยค่ะ"),
    Language.LO: Markup("ສະບາຍດີ! ຂ້ອຍແມ່ນ <b>Mekong Desk</b> ຖາມເລື່ອງເຂດເສດຖະກິດ ດ່ານຊາຍແດນ ແລະ ກອງປະຊຸມໄດ້ເລີຍ."),
    Language.KM: Markup("សួស្តី! ខ្ញុំគឺ <b>Mekong Desk</b>។ សូមសួរខ្ញុំអំពីតំបន់សេដ្ឋកិច្ច ច្រកព្រំដែន និងវេទិកា។"),
    Language.MY: Markup("မင်္ဂလာပါ။ ကျွန်ုပ်သည် <b>Mekong Desk</b> ဖြစ်ပါသည်။ စီးပွားရေးဇုန်၊ နယ်စပ်နှင့် ဖိုရမ်များအကြောင်း မေးနိုင်ပါသည်။"),
    Language.VI: Markup("Xin chào! Tôi là <b>Mekong Desk</b>. Hãy hỏi tôi về khu kinh tế, cửa khẩu và diễn đàn."),
}
SOURCE = '\n\n<a href="https://example.org/law">Law on Investment Promotion, 2021</a>'
ANSWERS = {
    Language.EN: Markup(
        "Registered projects choose between a tax holiday of <b>3, 6 or 9 years</b>, counted from first revenue, "
        "and special depreciation.\n\n• Up to 200% of listed costs\n• For nine years" + SOURCE
    ),
    Language.ZH: Markup(
        "注册项目可选择<b>3年、6年或9年</b>利润税免税期（自首次取得收入起算），或选择特别折旧，"
        "按规定费用的200%扣除，最长九年。" + SOURCE
    ),
    Language.TH: Markup(
        "โครงการที่จดทะเบียนเลือกได้ระหว่างการยกเว้นภาษีเงินได้ <b>3, 6 หรือ 9 ปี</b> นับจากปีที่มีรายได้ครั้งแรกและขึ้นกับกลุ่มกิจการ "
        "กับการหักค่าเสื่อมราคาพิเศษ ซึ่งให้หักค่าใช้จ่ายตามรายการ เช่น การฝึกอบรมพนักงาน ได้สูงสุด 200%" + SOURCE
    ),
    Language.LO: Markup(
        "ໂຄງການທີ່ຂຶ້ນທະບຽນແລ້ວເລືອກໄດ້ໜຶ່ງຢ່າງ: ຍົກເວັ້ນອາກອນກຳໄລ <b>3, 6 ຫຼື 9 ປີ</b> ນັບແຕ່ມີລາຍຮັບທຳອິດ ຕາມກຸ່ມກິດຈະການຂອງຕົນ "
        "ຫຼື ຫັກຄ່າເສື່ອມແບບພິເສດ. ຖ້າເລືອກແບບຫຼັງ ຍັງຫັກລາຍຈ່າຍທີ່ກຳນົດໄວ້ໄດ້ສູງສຸດ 200%" + SOURCE
    ),
    Language.KM: Markup(
        "គម្រោងដែលបានចុះបញ្ជី ជ្រើសរើសមួយក្នុងចំណោមពីរ៖ ការលើកលែងពន្ធលើប្រាក់ចំណូល <b>3, 6 ឬ 9 ឆ្នាំ</b> គិតចាប់ពីពេលមានចំណូលដំបូង "
        "តាមក្រុមនៃសកម្មភាព ឬការរំលស់ពិសេស ដែលអនុញ្ញាតឱ្យកាត់កងចំណាយតាមបញ្ជីបានរហូតដល់ 200%។" + SOURCE
    ),
    Language.MY: Markup(
        "မှတ်ပုံတင်ထားသော စီမံကိန်းသည် နှစ်နည်းအနက် တစ်နည်းကို ရွေးနိုင်သည်။ ပထမနည်းမှာ ဝင်ငွေခွန် <b>3 နှစ်၊ 6 နှစ် သို့မဟုတ် 9 နှစ်</b> "
        "ကင်းလွတ်ခွင့်ဖြစ်ပြီး ဝင်ငွေစရသည့်အချိန်မှ ရေတွက်ကာ လုပ်ငန်းအုပ်စုအလိုက် သတ်မှတ်သည်။" + SOURCE
    ),
    Language.VI: Markup(
        "Dự án đã đăng ký được chọn miễn thuế lợi nhuận <b>3, 6 hoặc 9 năm</b> kể từ khi có doanh thu đầu tiên, "
        "hoặc khấu hao đặc biệt với mức trừ tới 200% chi phí theo danh mục, tối đa chín năm." + SOURCE
    ),
}
