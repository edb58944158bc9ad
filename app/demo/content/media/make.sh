#!/bin/sh
# Makes the media of the demonstration in this folder: see README.md.
set -eu
f="font=Noto Sans CJK SC:fontcolor=0x1f2a37"
on() { echo "enable='between(t,$1,$2)'"; }
card() { # from, to, upper line, lower line
	echo "drawtext=$f:fontsize=34:x=40:y=120:text='$3':$(on "$1" "$2"),drawtext=$f:fontsize=28:x=40:y=186:text='$4':$(on "$1" "$2")"
}
ffmpeg -nostdin -v error -y -f lavfi -i "color=0xf6f1e7:s=640x360:r=8:d=12" -f lavfi -i "color=0x1e5a8a:s=44x54:r=8:d=12" \
	-f lavfi -i "aevalsrc='0.2*sin(2*PI*523*t)*exp(-6*mod(t,2.5))':s=24000:d=12" -filter_complex "
[0]drawbox=x=0:y=0:w=640:h=64:color=0x1e5a8a:t=fill,drawbox=x=486:y=84:w=104:h=256:color=0xc9bfae:t=fill,drawbox=x=510:y=92:w=56:h=248:color=0xffffff:t=fill,
drawtext=font=Noto Sans CJK SC:fontcolor=0xffffff:fontsize=26:x=40:y=16:text='演示视频　内容为虚构',
$(card 0 2.49 '老旧小区加装电梯' '一分钟看懂'),$(card 2.5 4.99 '第一步' '本单元业主依法表决同意'),$(card 5 7.49 '第二步' '设计方案公示不少于十日'),
$(card 7.5 9.99 '第三步' '联合审查，十个工作日出意见'),$(card 10 12 '第四步' '验收合格后申领补助')[b];[b][1]overlay=x=516:y='284-15*t'[v]" \
	-map "[v]" -map 2 -c:v libx264 -preset veryslow -crf 30 -pix_fmt yuv420p -c:a aac -b:a 16k -ac 1 -map_metadata -1 -movflags +faststart lift.mp4
ffmpeg -nostdin -v error -y -ss 1 -i lift.mp4 -frames:v 1 -q:v 5 lift.jpg
ffmpeg -nostdin -v error -y -f lavfi -i "aevalsrc='0.3*sin(2*PI*(392+130*floor(t))*t)*exp(-3*mod(t,1))*lt(t,3)':s=24000:d=5" \
	-c:a aac -b:a 24k -ac 1 -map_metadata -1 -movflags +faststart elderly.m4a
row() { # number, colour, big words, small words
	y=$((120 + $1 * 150))
	echo "drawbox=x=40:y=$y:w=640:h=130:color=$2:t=fill,drawtext=font=Noto Sans CJK SC:fontcolor=0xffffff:fontsize=44:x=70:y=$((y + 38)):text='$3',drawtext=font=Noto Sans CJK SC:fontcolor=0xffffff:fontsize=27:x=290:y=$((y + 48)):text='$4'"
}
ffmpeg -nostdin -v error -y -f lavfi -i "color=0xf6f1e7:s=720x860:d=0.04" -filter_complex "
drawtext=$f:fontsize=40:x=40:y=36:text='城镇污水处理提质增效（演示）',
$(row 0 0x1e5a8a '九成以上' '建制镇设施稳定运行'),$(row 1 0x1f6f54 '三年' '老城区基本完成雨污分流'),$(row 2 0x7a4b12 '按月' '公开进出水主要指标'),
drawtext=$f:fontsize=30:x=40:y=590:text='一　摸清底数，绘制管网一张图',drawtext=$f:fontsize=30:x=40:y=645:text='二　改造错接、混接、破损管段',
drawtext=$f:fontsize=30:x=40:y=700:text='三　厂网一体，按效付费',drawtext=$f:fontsize=30:x=40:y=755:text='四　在线监测，接受监督',
split[a][b];[a]palettegen=max_colors=32[p];[b][p]paletteuse=dither=none" -frames:v 1 -map_metadata -1 sewage.png
